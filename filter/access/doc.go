// Package access decides who may get how much of the archive: limits of each person, bans, required channels, the daily quota of
// files, and premium, which raises it.
//
// bot/access asks before each event of a person: Bans first, then Limits, then Required. A delivery asks Quota for its files before it sends them. Settings holds the
// figures, which admins change at runtime.
//
// Invariants:
//   - A person's events count against that person only. Each Kind has a budget of its own.
//   - Limits are counted in Redis for all processes together. Without Redis each process counts by itself, for a bounded number of persons.
//   - Bans and the quota are rows of Postgres. Without Postgres the last known bans apply, and half of the quota is counted in memory.
//   - quota_day.used is the number of files that were delivered, or are reserved, on that day of the club's zone. Every reservation ends: its files are
//     settled one by one, and the rest is released, by its owner or by Sweep.
//   - An admin is never banned.
//   - A group's own list of required channels counts in that group only, and not for the group's admins. The caller gives the list.
//   - What cannot be known about a membership shuts nobody out. Requests to join are rows, because Telegram does not list them for bots.
//   - Each charge of Telegram is one row of premium_payment and pays for at most one entitlement. Entitlements of one person and plan do not overlap. The price
//     of a purchase is the one at which its invoice was made.
//
// The package sends nothing and has no texts. Files that people send from inline results are not counted, because Telegram does not report them.
package access
