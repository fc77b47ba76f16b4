package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"

	"pavilion/sandbox"
	"pavilion/sandbox/miniapp"
)

// scene is the binary with its servers and a club.
type scene struct {
	*sandbox.Scene

	base string
	club miniapp.Club
	disk string // the small file system; empty if it could not be mounted
}

const (
	diskSize   = "96m"
	startLimit = 30 * time.Second
	nets       = 8
)

func openScene(ctx context.Context) (s *scene, err error) {
	env := map[string]string{"PAVILION_ROLES": "http,worker"}
	for _, limit := range []string{"ADDRESS_PER_SECOND", "PER_SECOND", "READS_PER_MINUTE", "WRITES_PER_MINUTE", "SIGN_INS_PER_MINUTE"} {
		env["PAVILION_HTTP_"+limit] = "1000000"
	}
	s = &scene{}
	// Real payment services repeat a callback for hours.
	if s.Scene, err = sandbox.Open(ctx, sandbox.Options{Gateway: true, CallbackTries: 10_000, Env: env}); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.close())
		}
	}()
	s.base = "http://" + s.Env("PAVILION_HTTP_ADDR")
	if err := s.moveToSmallDisk(ctx); err != nil {
		fmt.Fprintf(os.Stderr, "no small disk: %v\n", err)
	}
	if err := s.startServer(); err != nil {
		return nil, err
	}
	if err := s.waitReady(ctx); err != nil {
		return nil, err
	}
	admin, err := miniapp.Open(ctx, s.base, sandbox.BotToken, s.Admin)
	if err != nil {
		return nil, err
	}
	defer admin.Close()
	names := make([]string, nets)
	for i := range names {
		names[i] = fmt.Sprintf("Net %d", i+1)
	}
	if s.club, err = miniapp.SetUp(ctx, admin, "Riverside", names...); err != nil {
		return nil, err
	}
	return s, s.club.Set(ctx, admin, map[string]any{"pays_online": true})
}

// moveToSmallDisk moves the tables of the database to a small file system. The write-ahead log is not on it, because Postgres stops if that disk is
// full.
func (s *scene) moveToSmallDisk(ctx context.Context) error {
	cfg, err := pgx.ParseConfig(s.Engines.PostgresURL)
	if err != nil {
		return err
	}
	database := cfg.Database
	cfg.Database = "template1"
	conn, err := pgx.ConnectConfig(ctx, cfg)
	if err != nil {
		return err
	}
	defer conn.Close(ctx) //nolint:errcheck // the statements' own errors count
	var data string
	if err := conn.QueryRow(ctx, `SHOW data_directory`).Scan(&data); err != nil {
		return err
	}
	info, err := os.Stat(data)
	if err != nil {
		return err
	}
	disk := filepath.Join(filepath.Dir(data), "small")
	if err := os.Mkdir(disk, 0o755); err != nil { //nolint:gosec // the account of Postgres must enter it
		return err
	}
	if err := mountSmall(disk, diskSize); err != nil {
		return err
	}
	s.disk = disk
	tables := filepath.Join(disk, "tables")
	if err := os.Mkdir(tables, 0o700); err != nil {
		return err
	}
	if owner, ok := info.Sys().(*syscall.Stat_t); ok {
		if err := os.Chown(tables, int(owner.Uid), int(owner.Gid)); err != nil {
			return err
		}
	}
	for _, sql := range []string{`CREATE TABLESPACE small LOCATION '` + tables + `'`, `ALTER DATABASE ` + pgx.Identifier{database}.Sanitize() + ` SET TABLESPACE small`} {
		if _, err := conn.Exec(ctx, sql); err != nil {
			return err
		}
	}
	return nil
}

func (s *scene) startServer() (err error) {
	s.Bot, err = s.Standby()
	return err
}

func (s *scene) waitReady(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, startLimit)
	defer cancel()
	if err := sandbox.AwaitReady(ctx, s.base); err != nil {
		return fmt.Errorf("%w: %s", err, s.Bot.Log())
	}
	return nil
}

// sql runs statements on a connection of its own.
func (s *scene) sql(ctx context.Context, statements ...string) error {
	conn, err := pgx.Connect(ctx, s.Engines.PostgresURL)
	if err != nil {
		return err
	}
	defer conn.Close(ctx) //nolint:errcheck // the statements' own errors count
	for _, sql := range statements {
		if _, err := conn.Exec(ctx, sql); err != nil {
			return err
		}
	}
	return nil
}

// close stops everything. It unmounts the small disk after Postgres has ended.
func (s *scene) close() error {
	all := s.Scene
	if s.Bot != nil {
		s.Bot.Kill()
		s.Bot = nil
	}
	if s.disk != "" {
		s.Engines.StopPostgres()
		if err := unmountSmall(s.disk); err != nil {
			return errors.Join(err, all.Close())
		}
	}
	return all.Close()
}
