/**
 * A scenario's truth in, the Observations out that its users would have made: in order of true time (records of wrong
 * clocks say another), one at a time, the same for the same seed. Memory: the users, the truth, and those at work at one
 * moment; nothing by the number of observations.
 * What state a record shows is the truth's doing alone, but for the configured noise, caches and impatience.
 */
import { seededRandom } from "../../base/random.ts";
import type { Observation } from "../../observation/observation.ts";
import type { Truth } from "../../observation/truth.ts";
import type { Scenario } from "../scenario/scenario.ts";
import { Attempt } from "./attempt.ts";
import { AttemptRecorder } from "./attempt-record.ts";
import { CALIBRATION, type Calibration } from "./calibration.ts";
import type { PopulationConfig } from "./config.ts";
import { courseOf } from "./course.ts";
import { type Doing, DueList } from "./due-list.ts";
import { type SiteRoles, siteRoles } from "./site-roles.ts";
import { drawGaps, inGap, StartTimes, startDensity } from "./start-times.ts";
import { Surroundings } from "./surroundings.ts";
import { recordTruth, TruthCursor, type TruthRecord, UNKNOWN } from "./truth-record.ts";
import { UserPicker } from "./user-picker.ts";
import { drawUsers, type Users } from "./users.ts";
import { clientNames, networkPlaces } from "./vantage-points.ts";

/** Between the parts of one measurement. */
const PAUSE_MS = 200;
/** Starts in a row for which nothing is known to measure; then the truth is over. */
const MOST_VAIN_STARTS = 10_000;

/** Of a site without objects. */
const FRONT_PAGE_BYTES = 1000;

/**
 * Throws a RangeError on a configuration or truth that leaves nothing to measure. Nothing is measured before the truth's
 * first line; its last ones hold to the period's end.
 */
export function* emitPopulation(
  scenario: Scenario,
  truths: Iterable<Truth>,
  wanted: PopulationConfig,
  calibration: Calibration = CALIBRATION,
): Generator<Observation, void, undefined> {
  const record = recordTruth(
    truths,
    clientNames(scenario),
    scenario.sites.map(({ name }) => name),
  );
  if (record.timesMs.length === 0) throw new RangeError("the truth says nothing of this scenario's clients");
  const config = { ...wanted, fromMs: Math.max(wanted.fromMs, record.timesMs[0]!) };
  const random = seededRandom(config.seed);
  const places = networkPlaces(scenario);
  const users = drawUsers(config, places);
  const roles = siteRoles(scenario, config);
  const courses = record.states.map((state) => courseOf(state, scenario));
  const gaps = drawGaps(config, random);
  const density = startDensity(
    config,
    gaps,
    new TruthCursor(record, roles.isTarget),
    userShares(users, record),
  );
  const cursor = new TruthCursor(record, roles.isTarget);
  const starts = new StartTimes(density, random);
  const picker = new UserPicker(users, config, cursor);
  const surroundings = new Surroundings(scenario, config, places, users);
  const attempt = new Attempt(random, calibration, config.noiseShare, config.cacheShare);
  const recorder = new AttemptRecorder(scenario, users, places, config.seed, config.sampleEveryMs);
  const largest = scenario.sites.map(
    ({ objects }) => Math.max(0, ...Object.values(objects)) || FRONT_PAGE_BYTES,
  );
  const due = new DueList();
  const perStart = observationsPerStart(config, roles);
  attempt.timeoutUs = config.timeoutMs * 1e3;

  let emitted = 0;
  let measurements = 0;
  let vain = 0;
  let startMs = starts.next(config.observations / perStart);
  while (emitted < config.observations && vain < MOST_VAIN_STARTS) {
    let doing: Doing;
    if (due.soonestMs <= startMs) doing = due.take()!;
    else {
      doing = due.blank();
      cursor.advance(startMs);
      begin(doing, startMs, picker.pick(random));
      startMs = starts.next((config.observations - emitted) / perStart - due.size);
    }
    const { user, atMs } = doing;
    const { role, site } = partOf(doing, roles);
    cursor.advance(atMs);
    const state = cursor.stateOf(users.client[user]!, site);
    if (state === UNKNOWN || inGap(gaps, atMs)) {
      vain++;
      due.release(doing);
      continue;
    }
    vain = 0;
    attempt.course = courses[state]!;
    attempt.timeMs = atMs;
    attempt.isTransfer = doing.kind !== "reach";
    attempt.isUpload = doing.isUpload;
    attempt.isBrowser = users.isBrowser[user] === 1;
    attempt.machine = users.machine[user]!;
    attempt.wantedBytes = doing.bytes;
    attempt.patienceUs = users.patienceMs[user]! * 1e3;
    surroundings.describe(attempt, user, site, random);
    attempt.play();
    const isSampled = attempt.isMeasured && random.next() < config.sampleShare;
    const observation = recorder.record(attempt, user, site, role, doing.measurement, isSampled);
    goOn(doing, atMs + attempt.totalUs / 1e3);
    emitted++;
    yield observation;
  }

  function begin(doing: Doing, atMs: number, user: number): void {
    const draw = random.next();
    doing.atMs = atMs;
    doing.user = user;
    doing.measurement = measurements++;
    doing.kind =
      draw < config.pairedShare
        ? "paired"
        : draw < config.pairedShare + config.reachShare
          ? "reach"
          : "single";
    doing.step = 0;
    doing.order = random.integer(0, 1);
    doing.target = roles.pickTarget(random);
    doing.isUpload = doing.kind !== "reach" && random.next() < config.uploadShare;
    doing.bytes = config.transferBytes ?? largest[doing.target]!;
  }

  /** The measurement's next part, or perhaps another measurement of the same user. */
  function goOn(doing: Doing, endMs: number): void {
    doing.step++;
    if (doing.kind === "paired" && doing.step < partsOfPair(roles)) {
      doing.atMs = endMs + PAUSE_MS;
      due.add(doing);
      return;
    }
    const nextMs = endMs + random.exponential(config.repeatGapMs);
    if (random.next() < config.repeatShare && nextMs < config.untilMs) {
      const { kind, target, bytes, isUpload } = doing;
      begin(doing, nextMs, doing.user);
      Object.assign(doing, { kind, target, bytes, isUpload });
      due.add(doing);
    } else due.release(doing);
  }
}

function partsOfPair({ controls, lookalikes }: SiteRoles): number {
  return 1 + Number(controls.length > 0) + Number(lookalikes.length > 0);
}

/** Which site comes now, and as what: the target before the control or after it, the lookalike last. */
function partOf(
  { kind, step, order, target, measurement }: Doing,
  { controls, lookalikes }: SiteRoles,
): { readonly role: Observation["role"]; readonly site: number } {
  if (kind !== "paired") return { role: "target", site: target };
  const targetStep = controls.length > 0 ? order : 0;
  if (step === targetStep) return { role: "target", site: target };
  if (controls.length > 0 && step < 2)
    return { role: "control", site: controls[measurement % controls.length]! };
  return { role: "lookalike", site: lookalikes[measurement % lookalikes.length]! };
}

function observationsPerStart(config: PopulationConfig, roles: SiteRoles): number {
  const parts = config.pairedShare * partsOfPair(roles) + 1 - config.pairedShare;
  return parts / (1 - Math.min(0.99, config.repeatShare));
}

function userShares(users: Users, record: TruthRecord): Float64Array {
  const shares = new Float64Array(record.clients.length);
  for (const client of users.client) shares[client]! += 1 / users.count;
  return shares;
}
