// Downloads a URL and reports its speed every second: the client that is under test.
// Usage: node download.js URL    prints one word a second, "fast" or "slow", and "done" at the end.
import https from "node:https";

const SLOW_BYTES_A_SECOND = 100_000;
let bytes = 0;
let before = 0;

const ticker = setInterval(() => {
  console.log(bytes - before < SLOW_BYTES_A_SECOND ? "slow" : "fast");
  before = bytes;
}, 1000);

https
  .get(process.argv[2], (response) => {
    response.on("data", (piece) => {
      bytes += piece.length;
    });
    response.on("end", () => {
      clearInterval(ticker);
      console.log(`done ${bytes}`);
    });
  })
  .on("error", (error) => {
    clearInterval(ticker);
    console.log(`failed ${error.code}`);
    process.exitCode = 1;
  });
