package engines

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"

	"github.com/jackc/pgx/v5"

	"pavilion/sandbox/install"
)

var errNoPostgres = errors.New("no Postgres found: install it (Debian: apt install postgresql) or set POSTGRES_URL")

func (e *Engines) startPostgres(ctx context.Context, opts Options) error {
	if named := os.Getenv("POSTGRES_URL"); named != "" {
		return e.databaseIn(ctx, named)
	}
	const places = "/usr/lib/postgresql/*/bin"
	initdb, ok := install.Binary("initdb", places, "/opt/homebrew/opt/postgresql*/bin", "/usr/local/pgsql/bin")
	if !ok {
		if err := install.Apt(ctx, "postgresql"); err != nil {
			return fmt.Errorf("%w: %w", errNoPostgres, err)
		}
		if initdb, ok = install.Binary("initdb", places); !ok {
			return errNoPostgres
		}
	}
	account, err := unprivileged("postgres", "nobody")
	if err != nil {
		return err
	}
	dir := filepath.Join(e.dir, "postgres")
	if err := privateDir(dir, account); err != nil {
		return err
	}
	data, err := emptyData(ctx, initdb, dir, account)
	if err != nil {
		return err
	}
	settings := []string{"-c", "max_connections=200", "-c", "shared_buffers=64MB"}
	if !opts.Durable {
		// The data is temporary, so a power cut may lose it. Commits survive a kill, because the kernel has them.
		settings = append(settings, "-c", "fsync=off", "-c", "full_page_writes=off")
	}
	if opts.Statements {
		settings = append(settings, "-c", "shared_preload_libraries=pg_stat_statements", "-c", "pg_stat_statements.track=all", "-c", "track_io_timing=on")
	}
	own := &server{
		name: "postgres", dir: dir, account: account,
		// After a SIGKILL of the postmaster its backends answer for a moment. At this signal it ends them at once and writes nothing.
		crash: syscall.SIGQUIT,
	}
	own.listen = func(port int) {
		e.PostgresURL = fmt.Sprintf("postgres://pavilion@127.0.0.1:%d/postgres?sslmode=disable", port)
		own.argv = append([]string{filepath.Join(filepath.Dir(initdb), "postgres"), "-D", data, "-p", strconv.Itoa(port), "-h", "127.0.0.1", "-k", dir}, settings...)
	}
	own.ping = func(ctx context.Context) error { return pingPostgres(ctx, e.PostgresURL, data) }
	e.postgres = own
	return own.startOnPort(ctx, opts.pickPort)
}

// emptyData makes a data directory within dir. It copies the one that initdb made for the first server on this machine, because initdb takes a second of
// processor time. Another version of initdb makes another one.
func emptyData(ctx context.Context, initdb, dir string, account *syscall.Credential) (data string, err error) {
	version, err := run(exec.CommandContext(ctx, initdb, "--version"))
	if err != nil {
		return "", err
	}
	cache, err := install.CacheDir()
	if err != nil {
		return "", err
	}
	owner := os.Geteuid()
	if account != nil {
		owner = int(account.Uid)
	}
	key := sha256.Sum256(fmt.Appendln(nil, initdb, string(version), owner, os.Getenv("TZ")))
	kept := filepath.Join(cache, fmt.Sprintf("postgres-%x", key[:8]))
	master, whole := filepath.Join(kept, "data"), filepath.Join(kept, "whole")
	err = install.Once(ctx, kept, whole, func() error {
		made := filepath.Join(dir, "made")
		init := exec.CommandContext(ctx, initdb, "-D", made, "-U", "pavilion", "-A", "trust", "-E", "UTF8", "--no-locale", "--no-sync") //nolint:gosec // our own arguments
		init.Dir, init.SysProcAttr = dir, &syscall.SysProcAttr{Credential: account}
		if _, err := run(init); err != nil {
			return err
		}
		if err := errors.Join(os.Mkdir(kept, 0o700), copyTree(ctx, made, master), os.RemoveAll(made)); err != nil {
			return err
		}
		return os.WriteFile(whole, nil, 0o600)
	})
	if err != nil {
		return "", err
	}
	data = filepath.Join(dir, "data")
	return data, copyTree(ctx, master, data)
}

// copyTree copies a directory with its owners and rights.
func copyTree(ctx context.Context, from, to string) error {
	_, err := run(exec.CommandContext(ctx, "cp", "-a", from, to)) //nolint:gosec // our own arguments
	return err
}

// run runs a command and returns its output. The error has the output, too.
func run(cmd *exec.Cmd) (said []byte, err error) {
	if said, err = cmd.CombinedOutput(); err != nil {
		err = fmt.Errorf("%s: %w: %s", filepath.Base(cmd.Path), err, said)
	}
	return said, err
}

// pingPostgres checks that the server at an address has a data directory. Another one does if it took the port.
func pingPostgres(ctx context.Context, address, data string) error {
	conn, err := pgx.Connect(ctx, address)
	if err != nil {
		return err
	}
	defer conn.Close(context.WithoutCancel(ctx)) //nolint:errcheck // a probe
	var its string
	if err = conn.QueryRow(ctx, "SHOW data_directory").Scan(&its); err == nil && its != data {
		err = errOther
	}
	return err
}

// databaseIn creates a database on the server that the environment names, and drops it at the end.
func (e *Engines) databaseIn(ctx context.Context, named string) error {
	conn, err := pgx.Connect(ctx, named)
	if err != nil {
		return fmt.Errorf("POSTGRES_URL: %w", err)
	}
	defer conn.Close(ctx) //nolint:errcheck // the statement's own error counts
	name := pgx.Identifier{"pavilion_" + strings.ToLower(rand.Text()[:12])}
	if _, err := conn.Exec(ctx, "CREATE DATABASE "+name.Sanitize()); err != nil {
		return fmt.Errorf("POSTGRES_URL: %w", err)
	}
	u, err := url.Parse(named)
	if err != nil {
		return errors.New("POSTGRES_URL: not a URL") // the parse error would print the password
	}
	u.Path = "/" + name[0]
	if u, e.postgres, err = standInFront(ctx, u, "5432", "postgres", "postgresql"); err != nil {
		return err
	}
	e.PostgresURL = u.String()
	e.atEnd(func() error {
		ctx := context.Background()
		conn, err := pgx.Connect(ctx, named)
		if err != nil {
			return fmt.Errorf("drop test database: %w", err)
		}
		defer conn.Close(ctx) //nolint:errcheck // the statement's own error counts
		_, err = conn.Exec(ctx, "DROP DATABASE "+name.Sanitize()+" WITH (FORCE)")
		return err
	})
	return nil
}

// unprivileged returns the first of the accounts that exists, if this process is root, because Postgres refuses to run as root.
func unprivileged(names ...string) (*syscall.Credential, error) {
	if os.Geteuid() != 0 {
		return nil, nil //nolint:nilnil // no other account is needed
	}
	for _, name := range names {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, errU := strconv.ParseUint(u.Uid, 10, 32)
		gid, errG := strconv.ParseUint(u.Gid, 10, 32)
		if errU == nil && errG == nil {
			return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, nil
		}
	}
	return nil, fmt.Errorf("running as root, and none of the accounts %v exists to run Postgres under", names)
}

func privateDir(dir string, account *syscall.Credential) error {
	if err := os.Mkdir(dir, 0o700); err != nil {
		return fmt.Errorf("private directory: %w", err)
	}
	if account == nil {
		return nil
	}
	if err := os.Chown(dir, int(account.Uid), int(account.Gid)); err != nil {
		return fmt.Errorf("private directory: %w", err)
	}
	return nil
}

// Database creates an empty database beside the one of PostgresURL and returns its address. On a server that POSTGRES_URL names it
// stays, as the others of the tests do.
func (e *Engines) Database(ctx context.Context, name string) (address string, err error) {
	conn, err := pgx.Connect(ctx, e.PostgresURL)
	if err != nil {
		return "", fmt.Errorf("database %s: %w", name, err)
	}
	defer conn.Close(context.WithoutCancel(ctx)) //nolint:errcheck // the statement's own error counts
	if _, err := conn.Exec(ctx, "CREATE DATABASE "+pgx.Identifier{name}.Sanitize()); err != nil {
		return "", fmt.Errorf("database %s: %w", name, err)
	}
	u, err := url.Parse(e.PostgresURL)
	if err != nil {
		return "", errors.New("database: PostgresURL is no URL") // the parse error would print the password
	}
	u.Path = "/" + name
	return u.String(), nil
}
