/**
 * Chromium without a window, that asks nobody for anything but the page: at a client of a laboratory with the laboratory's
 * authority, and by way of its proxy where the laboratory is made of relays.
 */
import { createHash, X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import type { Browser } from "playwright-core";

export interface BrowserWays {
  readonly executable: string;
  /** Authorities to trust beside the browser's own, PEM files. */
  readonly authority?: string;
  /** http://address:port */
  readonly proxy?: string;
  /** Greets in one packet, as browsers did until their hello grew by a key share against quantum computers (TLS 1.2 here). */
  readonly hasSmallHello?: boolean;
}

const QUIET = [
  ...["--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run"],
  ...["--disable-domain-reliability", "--disable-default-apps", "--no-pings", "--mute-audio"],
  ...[
    "--disable-client-side-phishing-detection",
    "--disable-features=OptimizationHints,MediaRouter,Translate",
  ],
  "--autoplay-policy=no-user-gesture-required",
];

export async function startBrowser({
  executable,
  authority,
  proxy,
  hasSmallHello = false,
}: BrowserWays): Promise<Browser> {
  const { chromium } = await import("playwright-core");
  return chromium.launch({
    executablePath: executable,
    args: [
      ...QUIET,
      // Chromium's own sandbox does not work for root.
      ...(process.getuid?.() === 0 ? ["--no-sandbox"] : []),
      ...(authority === undefined ? [] : [`--ignore-certificate-errors-spki-list=${keyOf(authority)}`]),
      ...(hasSmallHello ? ["--ssl-version-max=tls1.2"] : []),
      ...(proxy === undefined ? [] : [`--proxy-server=${proxy}`, "--proxy-bypass-list=<-loopback>"]),
    ],
  });
}

/** Of its public key: SHA-256, base64, as Chromium takes it. */
function keyOf(authority: string): string {
  const { publicKey } = new X509Certificate(readFileSync(authority));
  return createHash("sha256")
    .update(publicKey.export({ type: "spki", format: "der" }))
    .digest("base64");
}
