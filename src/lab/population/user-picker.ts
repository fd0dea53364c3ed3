/**
 * Who measures next: a few users hundreds of times, and those in trouble more often than others.
 */
import type { Random } from "../../base/random.ts";
import { AliasTable } from "./alias-table.ts";
import type { PopulationConfig } from "./config.ts";
import type { TruthCursor } from "./truth-record.ts";
import type { Users } from "./users.ts";

export class UserPicker {
  readonly #table: AliasTable;
  readonly #users: Users;
  readonly #cursor: TruthCursor;
  readonly #calm: number;

  constructor(users: Users, config: PopulationConfig, cursor: TruthCursor) {
    this.#users = users;
    this.#cursor = cursor;
    this.#calm = 1 / Math.max(1, config.troublePull);
    this.#table = new AliasTable(
      Float64Array.from({ length: users.count }, (_, rank) => (rank + 1) ** -config.userSkew),
    );
  }

  /** Ends: a user without trouble is taken with a chance above 0 each time. */
  pick(random: Random): number {
    for (;;) {
      const user = this.#table.draw(random);
      if (this.#cursor.troubles[this.#users.client[user]!]! > 0 || random.next() < this.#calm) return user;
    }
  }
}
