/**
 * Acting in a running laboratory: `brakelight lab order ...`, `brakelight lab fault ...`, `brakelight lab stop`.
 */
import { randomBytes } from "node:crypto";
import type { Command } from "commander";
import type { Result } from "../base/problem.ts";
import { parseDuration, parseRate } from "../base/quantity.ts";
import { counted } from "../base/units.ts";
import { askLab } from "../lab/control/control-client.ts";
import { endLab } from "../lab/control/end-lab.ts";
import { runningLabs } from "../lab/control/lab-record.ts";
import type { LabRequest } from "../lab/control/protocol.ts";
import { NETWORK_KINDS, type NetworkKind } from "../lab/scenario/scenario.ts";
import { FAULT_KINDS, type FaultKind, ORDER_KINDS, type OrderKind } from "../lab/scenario/story.ts";
import { CommandError } from "./command-error.ts";
import { chooseLab } from "./lab-choice.ts";

interface OrderOptions {
  readonly lab?: string;
  readonly share?: readonly string[];
  readonly rules?: string;
  readonly networks?: string;
  readonly for?: string;
}

interface FaultOptions {
  readonly lab?: string;
  readonly for: string;
  readonly hosting?: string;
  readonly networks?: string;
  readonly sites?: string;
  readonly scope?: string;
  readonly share?: string;
  readonly how?: string;
  readonly rate?: string;
}

export function addLabActs(lab: Command): void {
  lab
    .command("order <kind> [target...]")
    .description(
      `issue an order: ${ORDER_KINDS.join(", ")}, or roll-back; lift takes an order's id or a site`,
    )
    .option(
      "--share <kind=share...>",
      "share of the devices of mobile or landline networks, for instance landline=0.5",
    )
    .option("--rules <name>", "a rule list of the scenario instead of one made from the target")
    .option("--networks <names>", "only these networks, separated by commas")
    .option("--for <duration>", "it ends by itself, for instance after 30m")
    .option("--lab <id>", "which laboratory, when several run")
    .action(async (kind: string, targets: string[], options: OrderOptions) => {
      const { id } = chooseLab(options.lab);
      const answer = await ask<unknown>(id, orderRequest(kind, targets, options));
      process.stdout.write(`${answerText(kind, answer)}\n`);
    });
  lab
    .command("fault <kind>")
    .description(`make something fail: ${FAULT_KINDS.join(", ")}`)
    .option("--for <duration>", "how long, on the scenario clock", "60m")
    .option("--hosting <name>", "of which hosting network")
    .option("--networks <names>", "of which access networks, separated by commas")
    .option("--sites <names>", "of which sites, separated by commas")
    .option("--scope <whom>", "operator-device: all or outside")
    .option("--share <share>", "of flows or packets, 0 to 1")
    .option("--how <how>", "drop, reset, fail-open, fail-closed; silent, servfail; maintenance, broken")
    .option("--rate <rate>", "of unwanted traffic, for instance '30 Mbit/s'")
    .option("--lab <id>", "which laboratory, when several run")
    .action(async (kind: string, options: FaultOptions) => {
      const { id } = chooseLab(options.lab);
      const request = faultRequest(kind, options);
      await ask(id, request);
      process.stdout.write(`fault ${request.fault.id} begins now, for ${options.for} of scenario time\n`);
    });
  lab
    .command("stop")
    .description("end a running laboratory, and remove every remainder of it")
    .option("--lab <id>", "which laboratory, when several run")
    .option("--all", "all of them")
    .action(async (options: { lab?: string; all?: boolean }) => {
      const labs = options.all ? runningLabs() : [chooseLab(options.lab)];
      for (const lab of labs) {
        await endLab(lab).catch((error: Error) => {
          throw new CommandError(error.message);
        });
        process.stdout.write(`${lab.id} ended\n`);
      }
    });
}

function ask<Answer>(id: string, request: LabRequest): Promise<Answer> {
  return askLab<Answer>(id, request).catch((error: Error) => {
    throw new CommandError(error.message);
  });
}

function orderRequest(kind: string, targets: readonly string[], options: OrderOptions): LabRequest {
  if (kind === "roll-back") return { do: "roll-back" };
  if (!ORDER_KINDS.includes(kind as OrderKind)) {
    throw new CommandError(`there is no order '${kind}'; there are: ${ORDER_KINDS.join(", ")}, roll-back`);
  }
  if (targets.length === 0) throw new CommandError(`${kind} whom? Name a site, a platform or an order`);
  if (kind === "lift") {
    const kinds = options.share ? (Object.keys(sharesOf(options.share)) as NetworkKind[]) : [];
    return { do: "lift", what: targets[0]!, kinds };
  }
  return {
    do: "order",
    order: {
      kind: kind as OrderKind,
      targets,
      share: sharesOf(options.share ?? []),
      ...(options.rules === undefined ? {} : { rules: options.rules }),
      ...(options.networks === undefined ? {} : { networks: options.networks.split(",") }),
      ...(options.for === undefined ? {} : { forMs: value(parseDuration(options.for)) / 1000 }),
    },
  };
}

/** Without any: all of mobile and landline. */
function sharesOf(texts: readonly string[]): Partial<Record<NetworkKind, number>> {
  if (texts.length === 0) return { mobile: 1, landline: 1 };
  return Object.fromEntries(
    texts.map((text) => {
      const [kind, share] = text.split("=");
      if (!NETWORK_KINDS.includes(kind as NetworkKind) || !(Number(share) >= 0 && Number(share) <= 1)) {
        throw new CommandError(`--share is for instance landline=0.5, not '${text}'`);
      }
      return [kind, Number(share)];
    }),
  );
}

function faultRequest(kind: string, options: FaultOptions): Extract<LabRequest, { do: "fault" }> {
  if (!FAULT_KINDS.includes(kind as FaultKind)) {
    throw new CommandError(`there is no fault '${kind}'; there are: ${FAULT_KINDS.join(", ")}`);
  }
  if (options.scope !== undefined && options.scope !== "all" && options.scope !== "outside") {
    throw new CommandError(`--scope is all or outside, not '${options.scope}'`);
  }
  return {
    do: "fault",
    fault: {
      id: `${kind}-${randomBytes(2).toString("hex")}`,
      kind: kind as FaultKind,
      forMs: value(parseDuration(options.for)) / 1000,
      ...(options.hosting === undefined ? {} : { hosting: options.hosting }),
      ...(options.networks === undefined ? {} : { networks: options.networks.split(",") }),
      ...(options.sites === undefined ? {} : { sites: options.sites.split(",") }),
      ...(options.scope === undefined ? {} : { scope: options.scope }),
      ...(options.share === undefined ? {} : { share: Number(options.share) }),
      ...(options.how === undefined ? {} : { how: options.how }),
      ...(options.rate === undefined ? {} : { rateBps: value(parseRate(options.rate)) }),
    },
  };
}

function value<T>(result: Result<T>): T {
  if (result.ok) return result.value;
  throw new CommandError(result.problem.reason);
}

function answerText(kind: string, answer: unknown): string {
  if (kind === "lift" && Array.isArray(answer)) {
    const lifted = answer as { order: string; freed: number }[];
    return `lifted: ${lifted.map(({ order, freed }) => `${order} (freed ${counted(freed, "device")})`).join(", ")}`;
  }
  if (kind === "roll-back") return `rolled back; in force: ${(answer as string[]).join(", ") || "nothing"}`;
  return `issued: ${answer}\n(boxes get it one by one: 'brakelight lab status' shows which have it)`;
}
