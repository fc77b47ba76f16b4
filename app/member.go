package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strconv"
	"strings"
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
	command, rest := "help", args
	if len(args) > 0 {
		command, rest = args[0], args[1:]
	}
	who := strings.Join(rest, " ")
	switch {
	case command == "help":
		fmt.Fprint(out, memberUsage)
		return nil
	case command == "export" && len(rest) == 1:
	case command == "erase" && len(rest) == 1:
		return errConsent
	case command == "erase" && len(rest) == 2 && strings.HasSuffix(who, " --yes"):
		who = strings.TrimSuffix(who, " --yes")
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
	defer closeRunner(ctx, pools)
	records := personal.New(db, filter.NewAudience(pools, time.Now), time.Now)
	if command == "erase" {
		if err := records.Erase(ctx, id, "command"); err != nil {
			return sentence(err)
		}
		fmt.Fprintf(out, "%d is erased.\n", id)
		return nil
	}
	export, err := records.Export(ctx, id)
	if err != nil {
		return err
	}
	book, err := phrase.Load()
	if err != nil {
		return err
	}
	return export.Write(out, book.In(phrase.Fallback))
}

// sentence replaces an error of people by its sentence in English.
func sentence(err error) error {
	book, loadErr := phrase.Load()
	if loadErr != nil || fault.KindOf(err) == fault.Internal {
		return errors.Join(err, loadErr)
	}
	return errors.New(book.In(phrase.Fallback).Error(fault.CodeOf(err)))
}
