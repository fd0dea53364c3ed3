/** One target, or one network, through time; both show the same pictures of one target from one network or all. */
import { useNetworkNames, usePairs } from "../../api/pairs.ts";
import { pathTo, useAddress, useQuery } from "../../frame/address.tsx";
import { Asked } from "../../frame/asked.tsx";
import { Dates } from "../../frame/dates.tsx";
import { useWords } from "../../words/words.tsx";
import { networkWords } from "../overview/network-words.ts";
import { PairPictures } from "./pair-pictures.tsx";

export function TargetPage({ target }: { readonly target: string }) {
  const words = useWords().pairs;
  const { query } = useAddress();
  const [asn, setAsn] = useQuery("asn");
  const country = query.get("country") ?? undefined;
  const names = useNetworkNames(country);
  const answer = usePairs({ domain: target, probe_cc: country, grain: "all", by: "network", speeds: false });
  return (
    <>
      <h1 className="around">{target}</h1>
      <Asked answer={answer}>
        {({ results }) => (
          <div className="around fields">
            <label>
              {words.network}{" "}
              <select value={asn ?? ""} onChange={(event) => setAsn(event.target.value)}>
                <option value="">{words.allNetworks}</option>
                {[...results]
                  .sort((a, b) => b.measurements - a.measurements)
                  .map(({ probe_asn: one, measurements }) => (
                    <option key={one} value={one}>
                      {networkWords(one!, names)} ({measurements})
                    </option>
                  ))}
              </select>
            </label>
            <Dates />
          </div>
        )}
      </Asked>
      <PairPictures target={target} asn={asn} />
    </>
  );
}

export function NetworkPage({ asn }: { readonly asn: string }) {
  const words = useWords().pairs;
  const names = useNetworkNames(undefined);
  const [chosen, choose] = useQuery("target");
  const answer = usePairs({ probe_asn: asn, grain: "all", by: "network", speeds: false });
  const results = answer.state === "here" ? answer.value.results : [];
  const ordered = [...results].sort((a, b) => b.pairs - a.pairs || b.measurements - a.measurements);
  const target = chosen ?? ordered[0]?.domain;
  return (
    <>
      <h1 className="around">{networkWords(/^\d+$/.test(asn) ? `AS${asn}` : asn, names)}</h1>
      <Asked answer={answer}>
        {() =>
          target === undefined ? (
            <p className="note">{words.none}</p>
          ) : (
            <>
              <div className="around fields">
                <label>
                  {words.target}{" "}
                  <select value={target} onChange={(event) => choose(event.target.value)}>
                    {ordered.map(({ domain, measurements }) => (
                      <option key={domain} value={domain}>
                        {domain} ({measurements})
                      </option>
                    ))}
                  </select>
                </label>
                <Dates />
              </div>
              <PairPictures target={target} asn={asn} />
            </>
          )
        }
      </Asked>
    </>
  );
}

export const targetPath = (name: string): string => pathTo("targets", name);
export const networkPath = (asn: string): string => pathTo("networks", asn);
