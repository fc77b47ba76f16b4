package engines

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
)

// The stand-ins for MongoDB, pinned: both speak its wire protocol over WiredTiger.
const (
	rustCrate   = "secantus-mdb"
	rustVersion = "0.5.3-beta.193"
	pipPackage  = "SecantusDB==0.7.0b3"
)

var errNoMongo = errors.New("no MongoDB found: install mongod, or cargo and cmake, or Python 3 with pip, or set MONGO_URIS")

// mongoKind is a server program and how to call it.
type mongoKind struct {
	name string
	argv func(dir string, port int) []string
}

func mongoServer(ctx context.Context, quick bool) (mongoKind, error) {
	if path, ok := binary("mongod", "/usr/bin", "/usr/local/bin", "/opt/mongodb/bin"); ok {
		return mongoKind{"mongod", func(dir string, port int) []string {
			return []string{path, "--dbpath", dir, "--port", strconv.Itoa(port), "--bind_ip", "127.0.0.1", "--wiredTigerCacheSizeGB", "0.25"}
		}}, nil
	}
	cache, err := cacheDir()
	if err != nil {
		return mongoKind{}, err
	}
	root := filepath.Join(cache, "secantus")
	rust := filepath.Join(root, "bin", "secantusd-rs")
	venv := filepath.Join(cache, "secantus-py")
	python := filepath.Join(venv, "bin", "secantusd-py")
	_, haveCargo := binary("cargo", filepath.Join(os.Getenv("HOME"), ".cargo", "bin"))
	_, haveCmake := binary("cmake")
	switch {
	case exists(rust):
		return rustKind(rust), nil
	case haveCargo && haveCmake && !quick:
		return rustKind(rust), once(ctx, root, rust, func() error {
			return run(ctx, "cargo", "install", rustCrate, "--version", rustVersion, "--locked", "--ignore-rust-version", "--root", root)
		})
	default:
		return pythonKind(python), once(ctx, venv, python, func() error { return pipInstall(ctx, venv) })
	}
}

func rustKind(path string) mongoKind {
	return mongoKind{rustCrate + " " + rustVersion, func(dir string, port int) []string {
		return []string{path, "--standalone", "--host", "127.0.0.1", "--port", strconv.Itoa(port), "--storage-path", filepath.Join(dir, "data"), "--cache-size", "256M", "--log-file-max", "16MB", "--log-level", "WARNING"}
	}}
}

func pythonKind(path string) mongoKind {
	return mongoKind{pipPackage, func(dir string, port int) []string {
		return []string{path, "--standalone", "--host", "127.0.0.1", "--port", strconv.Itoa(port), "--storage-path", filepath.Join(dir, "data"), "--cache-size", "256M", "--log-level", "WARNING"}
	}}
}

// pipInstall puts the stand-in into a virtual environment of its own.
func pipInstall(ctx context.Context, venv string) error {
	if _, ok := binary("python3"); !ok {
		return errNoMongo
	}
	if err := run(ctx, "python3", "-m", "venv", venv); err != nil {
		// Debian splits venv off; with root it can be had, else the message says what is missing.
		if errApt := aptInstall(ctx, "python3-venv"); errApt != nil {
			return errors.Join(errNoMongo, err, errApt)
		}
		if err := run(ctx, "python3", "-m", "venv", venv); err != nil {
			return errors.Join(errNoMongo, err)
		}
	}
	return run(ctx, filepath.Join(venv, "bin", "pip"), "install", "--quiet", "--disable-pip-version-check", pipPackage)
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

func run(ctx context.Context, name string, args ...string) error {
	fmt.Fprintf(os.Stderr, "installing: %s %v\n", name, args)
	out, err := exec.CommandContext(ctx, name, args...).CombinedOutput() //nolint:gosec // names and versions are constants here
	if err != nil {
		return fmt.Errorf("%s %v: %w: %s", name, args, err, out[max(0, len(out)-800):])
	}
	return nil
}
