/** `/`: what happened, until more is on it. */
import { List } from "../incident/incidents-page.tsx";

export default function OverviewPage() {
  return <List />;
}
