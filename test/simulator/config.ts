/**
 * What a simulation consists of: flows from servers to clients, the devices that their data pass in order, the path's
 * delays, and where the capture is made. Rates in bit/s, times in µs, sizes in bytes.
 */
export type CongestionControlName = "cubic" | "reno";

export interface Request {
  /** Bytes of the response. */
  readonly bytes: number;
  /** How long the client waits before it asks. */
  readonly pauseUs?: number;
  /** The server's application writes no faster than this; absent: all at once. */
  readonly writeRateBps?: number;
}

export interface FlowConfig {
  readonly requests: readonly Request[];
  readonly startUs?: number;
  /** Passes the devices but is not captured. */
  readonly hidden?: boolean;
  /** Cross-traffic: its fate does not decide the truth of the capture. */
  readonly cross?: boolean;
  /** Which host, from 1; both default to 1. */
  readonly serverHost?: number;
  readonly clientHost?: number;
  readonly congestionControl?: CongestionControlName;
  readonly sack?: boolean;
  readonly timestamps?: boolean;
  /** HyStart of CUBIC; default true as in Linux. */
  readonly hyStart?: boolean;
  /** In segments; default 10 (RFC 6928). */
  readonly initialWindow?: number;
  /** Maximum segment size without options; default 1460. */
  readonly maximumSegment?: number;
  /** What the client's window grows to. */
  readonly receiveBufferBytes?: number;
  /** The client's application reads no faster than this. */
  readonly readRateBps?: number;
  /** Beyond the path's round trip. */
  readonly extraRttUs?: number;
  /** Segments that one ACK covers; default 2. */
  readonly acknowledgeEvery?: number;
}

export type QueueConfig =
  | { readonly kind: "drop-tail"; readonly limitBytes: number }
  | {
      readonly kind: "codel";
      readonly targetUs?: number;
      readonly intervalUs?: number;
      readonly limitBytes?: number;
    }
  | { readonly kind: "pie"; readonly targetUs?: number; readonly limitBytes?: number };

export interface PolicerConfig {
  readonly kind: "policer";
  readonly rateBps: number;
  readonly burstBytes: number;
  /** Tokens at the start, where they differ from a full bucket. */
  readonly initialBytes?: number;
  readonly scope: "flow" | "shared";
  /** What the device counts beyond the IP length: 0, 14 (Ethernet), 18 (with frame check sequence). */
  readonly overheadBytes?: number;
}

/** A token bucket that delays (as Linux' tbf). */
export interface ShaperConfig {
  readonly kind: "shaper";
  readonly rateBps: number;
  readonly burstBytes: number;
  readonly queue: QueueConfig;
  readonly overheadBytes?: number;
}

export interface LinkConfig {
  readonly kind: "link";
  readonly rateBps: number;
  readonly queue: QueueConfig;
  readonly overheadBytes?: number;
}

export interface LossConfig {
  readonly kind: "loss";
  readonly share: number;
}

/** Gilbert (1960) and Elliott (1963): a channel that is good or bad. */
export interface BurstyLossConfig {
  readonly kind: "bursty-loss";
  /** Chance a packet that the channel turns bad, or good again. */
  readonly toBad: number;
  readonly toGood: number;
  readonly lossWhenBad: number;
  readonly lossWhenGood?: number;
}

export type DeviceConfig = PolicerConfig | ShaperConfig | LinkConfig | LossConfig | BurstyLossConfig;

export interface CaptureConfig {
  readonly at: "sender" | "receiver";
  /** Default 96. */
  readonly snapLength?: number;
  readonly link?: "ethernet" | "raw";
  /** Start of the capture; default 2021-03-10 07:00 UTC. */
  readonly epochUs?: number;
}

export interface SimulationConfig {
  readonly seed: number;
  /** What the configuration means to show; the truth says whether it did. */
  readonly intent?: string;
  readonly flows: readonly FlowConfig[];
  /** In the order in which data pass them. */
  readonly devices: readonly DeviceConfig[];
  /** In the order in which ACKs pass them; default none. */
  readonly reverseDevices?: readonly DeviceConfig[];
  /** Both ways, without queues. */
  readonly rttUs: number;
  /** The largest delay beyond it, both ways together. */
  readonly jitterUs?: number;
  /** Jitter packet by packet, which lets them overtake each other; default false. */
  readonly reordering?: boolean;
  /** Share of the way that lies between server and devices; default 0.5. */
  readonly devicePlace?: number;
  /** Of the server's own interface; default 1 Gbit/s. */
  readonly accessRateBps?: number;
  readonly capture: CaptureConfig;
  /** Ends the simulation; default 120 s. */
  readonly maximumUs?: number;
}
