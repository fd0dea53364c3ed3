/** So that a server sees who asks, and why; some answer nothing to a client without a name. */
export const USER_AGENT = "brakelight-probe (measures throttling)";
