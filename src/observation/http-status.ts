/** Classes of HTTP answers by their status (RFC 9110, section 15). */

export const OK = 200;
const FIRST_ERROR = 400;

/** The server, or somebody in its place, says no: 400 and above. False while no answer came. */
export function isRefusal(status: number | undefined): boolean {
  return status !== undefined && status >= FIRST_ERROR;
}

/** Pages of blocks: 403, and 451 (RFC 7725). Our control server says neither. */
export function isForbidden(status: number | undefined): boolean {
  return status === 403 || status === 451;
}
