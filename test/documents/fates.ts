/**
 * What becomes of each documented command in tests: run as it stands (in test/long/documents.test.ts, or in a laboratory in
 * test/lab/documents.test.ts), run in another test, or only parsed, and why. Every command is parsed, and one that is not in this
 * table fails test/long/documents.test.ts.
 */

export type Fate =
  | {
      readonly run: "here" | "laboratory";
      /** What it must say, on either stream. */
      readonly says: RegExp;
      /** Put behind it: what keeps it from contacting anybody. Then it is the reading of its options that is tested. */
      readonly adds?: string;
      /** It goes on by itself: ended as Ctrl-C ends it, when it has said that. */
      readonly isServer?: true;
      readonly code?: number;
      /** Public data without which it is skipped. */
      readonly needs?: "twitter-2021" | "policing-traces";
    }
  /** `words` stand in that file: what is run there. */
  | { readonly test: string; readonly words: string }
  | { readonly parsed: string };

const INCIDENT = "2021-03-13-throttling-abs.twimg.com";
const CROWD = "twitter-2021";
/** Held to by the box: 130 to 150 kbit/s of payload (Xue et al., IMC 2021); as goodput of whole loads the crowd saw less. */
const NETWORKS = /RU: held to 1[0-4]\d kbit\/s/;
const SUITE = { parsed: "a suite: what runs this test" } as const;
const BENCH = { parsed: "takes minutes to hours; its figures stand in the notes of whoever ran it" } as const;
const SHOWN = {
  run: "here",
  adds: "--dry-run",
  says: /This measurement will contact:[\s\S]*Nothing is sent to anybody/,
} as const;
const START = { run: "here", isServer: true } as const;
const SINGLE = "node brakelight-probe.mjs";
const LARGE = "https://abs.twimg.com/large.jpg --control 203.0.113.7";

export const FATES: Readonly<Record<string, Fate>> = {
  // README.md, CONTRIBUTING.md
  "npm run demo": { test: "test/lab/demo.test.ts", words: '"--act", "1"' },
  "npm test": SUITE,
  "npm run build": { test: "test/build-first.ts", words: '"--build"' },
  "npm run check": SUITE,
  "npm run check:lab": SUITE,
  "npm run test:clickhouse": { parsed: "needs three ClickHouse servers: by hand" },
  "npm run bench:slowness": BENCH,
  "npm run bench:packets": BENCH,
  "npm run bench:rules": BENCH,
  "npm run bench:lab": BENCH,
  "npm run bench:slowness-lab": BENCH,
  "npm run bench:probe -- --minutes 10 --lanes 2": BENCH,
  "npm pack": { test: "test/long/package.test.ts", words: '["pack",' },
  "npm install": { parsed: "fetches from the registry" },
  "brakelight analyze capture.pcap": {
    run: "here",
    says: /policed at 4\d\d kbit\/s/,
    needs: "policing-traces",
  },
  "brakelight import ../shared/data/twitter-2021": { run: "here", says: /\d+ added/, needs: CROWD },
  "brakelight import ooni --country RU --since 7d": {
    test: "test/long/import-command.test.ts",
    words: '"ooni",',
  },
  "brakelight networks --since 2021-03-10": { run: "here", says: NETWORKS, needs: CROWD },
  "brakelight incidents": { run: "here", says: new RegExp(INCIDENT), needs: CROWD },
  "brakelight changes --since 7d --atom changes.atom": { run: "here", says: /./, needs: CROWD },
  "brakelight report ID --out folder": { run: "here", says: /folder\/index\.html/, needs: CROWD },
  "brakelight report verify folder": { run: "here", says: /hashes and signature hold/, needs: CROWD },
  "brakelight serve": { ...START, says: /http:\/\/127\.0\.0\.1:8470/ },
  "brakelight doctor": { run: "here", says: /node +yes/ },
  "brakelight control-server": {
    test: "test/long/control-server-command.test.ts",
    words: '"control-server"',
  },
  [`brakelight probe ${LARGE}`]: SHOWN,
  "brakelight notice https://news.example/ --control https://other.example/ --film film.html": {
    ...{ run: "here", adds: "--dry-run", says: /news\.example[\s\S]*other\.example/ },
  },
  "brakelight lab list": { run: "here", says: /twitter-2021/ },
  "brakelight lab play twitter-2021": { test: "test/lab/play.test.ts", words: 'runLab("play", scenario' },
  "brakelight lab start twitter-2021 --speed 60": { run: "laboratory", says: /SIMULATED/ },
  "brakelight lab order throttle ya.ru --share mobile=1": { run: "laboratory", says: /./ },
  "brakelight lab fault operator-device --hosting state-operator --for 60m": { run: "laboratory", says: /./ },
  "brakelight lab status": { run: "laboratory", says: /ya\.ru/ },
  "brakelight lab exec mts-phone -- curl -sSo /dev/null -w '%{time_total}\\n' https://ya.ru/picture": {
    ...{ run: "laboratory", says: /^\d+\.\d+$/m, adds: "--max-time 5 || [ $? = 28 ]" },
  },
  "brakelight lab exec mts-phone -- node $PWD/dist/cli/main.js probe https://ya.ru/picture --control example.org --site https://vk.com/picture --yes":
    { run: "laboratory", says: /SIMULATED: ya\.ru / },
  "brakelight lab exec berlin-desk -- node $PWD/dist/cli/main.js control-server": {
    ...{ test: "test/lab/explain.test.ts", words: '"berlin-desk", process.execPath, PROGRAM],' },
  },
  "brakelight lab exec mts-phone -- node $PWD/dist/cli/main.js probe https://ya.ru/picture --control 10.9.1.2 --site https://vk.com/picture --yes":
    { test: "test/lab/explain.test.ts", words: '"--control",\n    control,' },
  "brakelight lab stop": { run: "laboratory", says: /ended/ },
  // docs/control-server.md, docs/operate.md
  "brakelight control-server --port 8443 --http-port none": { ...START, says: /8443/ },
  "brakelight probe x.com --submit http://127.0.0.1:8470": SHOWN,
  "brakelight serve --behind-proxy --name collector.example": { ...START, says: /8470/ },
  // docs/recipes/engineer.md
  "brakelight analyze slow.pcap": { run: "here", says: /policed at 4\d\d kbit\/s/, needs: "policing-traces" },
  "brakelight import edge.csv nel.jsonl": {
    run: "here",
    says: /edge log +4 +0 +0[\s\S]*network errors +2 +0 +0/,
  },
  "brakelight probe https://cdn.example.org/app.js --control 203.0.113.7:8443 --fail-on throttled,blocked":
    SHOWN,
  "brakelight rules check reddit.com abs.twimg.com vk.com --rules scenarios/rules/twitter-2021.yaml --at 2021-03-10T12:00:00Z":
    {
      ...{ run: "here", says: /reddit\.com: hit[\s\S]*vk\.com: not hit/ },
    },
  "brakelight rules collateral --rules scenarios/rules/twitter-2021.yaml --names names.csv --at 2021-03-10T12:00:00Z":
    {
      ...{ run: "here", says: /4 of 7 names are hit beyond the intent, 44\.1 %/ },
    },
  "brakelight lab start box.yaml": { run: "laboratory", says: /SIMULATED Our CDN/ },
  // 383 kB at 500 kbit/s of IP packets, less what the bucket lets through at once: 6.1 s; the other one at the line's rate.
  "brakelight lab exec phone -- curl -sSo /dev/null -w '%{time_total}\\n' https://cdn.example.org/picture": {
    ...{ run: "laboratory", says: /^([6-9]|1\d)\.\d+$/m },
  },
  "brakelight lab exec phone -- curl -sSo /dev/null -w '%{time_total}\\n' https://www.example.net/picture": {
    ...{ run: "laboratory", says: /^[0-4]\.\d+$/m },
  },
  "brakelight demo --blind --cases 2 --kind policed --kind healthy --seed 7": {
    ...{ test: "test/lab/demo.test.ts", words: '["--kind", "policed", "--kind", "healthy"]' },
  },
  // docs/recipes/journalist.md
  "brakelight probe https://abs.twimg.com/large.jpg --dry-run": { ...SHOWN, adds: "" },
  [`brakelight probe ${LARGE} --explain`]: SHOWN,
  "brakelight import twitter-2021/2021-03": {
    run: "here",
    says: /there already|duplicates|0 added/,
    needs: CROWD,
  },
  "brakelight networks --until 2021-03-20": { run: "here", says: NETWORKS, needs: CROWD },
  "brakelight incidents --until 2021-03-20": { run: "here", says: new RegExp(INCIDENT), needs: CROWD },
  "brakelight changes --now 2021-03-20": {
    run: "here",
    says: /started: abs\.twimg\.com was slowed down/,
    needs: CROWD,
  },
  [`brakelight incidents ${INCIDENT} --until 2021-03-20`]: {
    run: "here",
    says: /Where it failed: in the networks of its users/,
    needs: CROWD,
  },
  [`brakelight report ${INCIDENT} --until 2021-03-20 --out folder`]: {
    run: "here",
    says: /folder\/index\.html/,
    needs: CROWD,
  },
  // docs/recipes/researcher.md
  "brakelight networks --until 2021-03-20 --country RU --seed 1 --json": {
    run: "here",
    says: /"type":"country"/,
    needs: CROWD,
  },
  "brakelight import scenarios/claims/twitter-2021.csv": { run: "here", says: /statements/ },
  "brakelight incidents --until 2021-03-20 --json": { run: "here", says: new RegExp(INCIDENT), needs: CROWD },
  "brakelight import ru.parquet --store copy.duckdb": {
    run: "here",
    says: /parquet +\d+ +0 +0/,
    needs: CROWD,
  },
  "brakelight lab play slow-plan --seed 7 --backend relay --out run7": {
    test: "test/lab/relay-play.test.ts",
    words: '"--backend"',
  },
  "brakelight import run7 --store simulated.duckdb": { run: "here", says: /4 added/ },
  "brakelight incidents --store simulated.duckdb": {
    run: "here",
    says: /Nothing conspicuous in 4 measurements/,
  },
  // docs/recipes/volunteer.md
  "brakelight serve --targets targets.yaml": { ...START, says: /8470/ },
  "npm run build:single": { test: "test/long/single-file.test.ts", words: "build-single-file.mjs" },
  [`${SINGLE} probe https://abs.twimg.com/large.jpg --dry-run`]: { ...SHOWN, adds: "" },
  [`${SINGLE} probe ${LARGE} --no-report`]: SHOWN,
  [`${SINGLE} probe ${LARGE} --submit https://collector.example`]: SHOWN,
  [`${SINGLE} probe ${LARGE} --every 6h --jitter --daily-bytes 50MB`]: SHOWN,
  [`${SINGLE} forget`]: { run: "here", says: /nothing|deleted/ },
};
