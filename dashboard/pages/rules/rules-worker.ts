/** Works it out beside the page, so that the page goes on answering. */
import type { RulesQuestion, WorkerAnswer } from "./answer.ts";
import { workOut } from "./work-out.ts";

addEventListener("message", ({ data }: MessageEvent<RulesQuestion>) => {
  let answer: WorkerAnswer;
  try {
    answer = { kind: "answer", answer: workOut(data) };
  } catch (error) {
    answer = { kind: "failed", because: (error as Error).message };
  }
  postMessage(answer);
});
