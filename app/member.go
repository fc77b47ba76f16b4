package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strconv"
	"time"

	"pavilion/config"
	"pavilion/filter"
	"pavilion/internal/fault"
	"pavilion/internal/phrase"
	"pavilion/migrations"
	"pavilion/personal"
	"pavilion/storage"
)

const memberUsage = `pavilion member - what the databases know of a person, by the Telegram user id

  pavilion member export ID        print everything as JSON
  pavilion member erase ID --yes   delete it; records of money stay, without the person

Backups are not changed: after a restore, erase again who was erased since.
`

var errConsent = errors.New("this cannot be undone: add --yes")

// member runs `pavilion member`.
func member(ctx context.Context, cfg config.Config, args []string, out io.Writer) error {
	var verb, who, consent string
	switch len(args) {
	case 3:
		verb, who, consent = args[0], args[1], args[2]
	case 2:
		verb, who = args[0], args[1]
	case 1:
		verb = args[0]
	}
	switch {
	case len(args) == 0, verb == "help":
		fmt.Fprint(out, memberUsage)
		return nil
	case verb == "export" && len(args) == 2, verb == "erase" && consent == "--yes":
	case verb == "erase" && len(args) == 2:
		return errConsent
	default:
		fmt.Fprint(out, memberUsage)
		return errUsage
	}
	id, err := strconv.ParseInt(who, 10, 64)
	if err != nil || id <= 0 {
		return fmt.Errorf("%q is no user id, which is a positive number; people get theirs from the bot with /id", who)
	}
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	silent := slog.New(slog.DiscardHandler)
	db, err := storage.OpenPostgres(ctx, storage.PostgresOptions{URL: cfg.PostgresURL})
	if err != nil {
		return err
	}
	defer db.Close()
	if err := migrations.Verify(ctx, db); err != nil {
		return fmt.Errorf("%w\n%s", err, schemaAdvice(err))
	}
	pools, err := openPools(cfg, silent, nil) //nolint:contextcheck // connects nothing
	if err != nil {
		return err
	}
	defer closePools(ctx, pools)
	records := personal.New(db, filter.NewAudience(pools, time.Now), time.Now)
	if verb == "erase" {
		if err := records.Erase(ctx, id); err != nil {
			return sentence(err)
		}
		fmt.Fprintf(out, "%d is erased.\n", id)
		return nil
	}
	export, err := records.Export(ctx, id)
	if err != nil {
		return err
	}
	return export.Write(out)
}

// sentence replaces an error of people by its sentence in English.
func sentence(err error) error {
	book, loadErr := phrase.Load()
	if loadErr != nil || fault.KindOf(err) == fault.Internal {
		return errors.Join(err, loadErr)
	}
	return errors.New(book.In(phrase.Fallback).Error(fault.CodeOf(err)))
}
