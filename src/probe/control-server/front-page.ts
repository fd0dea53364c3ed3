/**
 * What a person sees who opens a control server in a browser.
 */
export const FRONT_PAGE = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="robots" content="noindex">
<title>A measurement server</title>
<h1>A measurement server</h1>
<p>This server is the other end of measurements of internet speed and throttling (Brakelight, ndt7). It sends
bytes without meaning to those who ask for them, and forgets those that it is sent. It answers by any name, stores
nothing about who asks, reaches nobody else, and is no proxy.</p>
<ul>
<li><code>GET <a href="/bytes/100000">/bytes/N</a></code>: N bytes; <code>?inverted</code>: each inverted bit by bit;
<code>?pace=R</code>: at R bit/s</li>
<li><code>GET <a href="/ports">/ports</a></code>: what it listens on</li>
<li><code>GET /wait/SECONDS</code>: nothing, after so long</li>
<li><code>POST /upload</code>: takes bytes and counts them</li>
<li><code>POST /udp-token</code>: a token for the UDP echo</li>
<li><code>/ndt/v7/download</code>, <code>/ndt/v7/upload</code>: ndt7 over WebSocket</li>
</ul>
<p>Each address may use a limited number of bytes an hour, connections and requests; a used-up budget is answered
with status 429 and the time to wait.</p>
</html>
`;
