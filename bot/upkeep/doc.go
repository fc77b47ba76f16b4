// Package upkeep has the screens with which the club's admins watch and mend the archive: figures, databases, searches that found nothing, caches, logs,
// maintenance and deletions. The parts behind them are in filter/upkeep and storage. It decides nothing itself.
package upkeep
