/**
 * The process that judges (judge-process.ts): one request, one answer in a file. It ends when its standard input does, so
 * that it does not outlive who asked.
 */
import { writeFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { judgementsOf } from "../serve-judgements.ts";
import { openStore } from "../store-option.ts";
import type { JudgeAnswer, JudgeRequest } from "./judge-request.ts";
import { judgeStore } from "./judge-store.ts";

const PRIVATE_FILE = 0o600;

async function answer({ place, of, question }: JudgeRequest): Promise<JudgeAnswer> {
  const beganMs = performance.now();
  const took = (): number => Math.round(performance.now() - beganMs);
  const store = await openStore(place);
  try {
    if (!question) {
      const judged = await judgeStore(store, of);
      return { kind: "all", snapshot: { ...judged, tookMs: took() } };
    }
    const { records } = await judgementsOf(store)[question.about](question.scope);
    return { kind: "single", records, tookMs: took() };
  } finally {
    await store.close();
  }
}

const lines = createInterface({ input: process.stdin });
lines.once("line", (line) => {
  const request = JSON.parse(line) as JudgeRequest;
  answer(request).then(
    (found) => {
      writeFileSync(request.out, JSON.stringify(found), { mode: PRIVATE_FILE });
      process.exit(0);
    },
    (error: unknown) => {
      process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
      process.exit(1);
    },
  );
});
lines.once("close", () => process.exit(1));
