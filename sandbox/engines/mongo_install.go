package engines

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"

	"pavilion/sandbox/install"
)

// The pinned stand-ins for MongoDB. Both speak its wire protocol over WiredTiger.
const (
	rustCrate   = "secantus-mdb"
	rustVersion = "0.5.3-beta.193"
	pipPackage  = "SecantusDB==0.7.0b3"
)

var errNoMongo = errors.New("no MongoDB found: install mongod, or cargo and cmake, or Python 3 with pip, or set MONGO_URIS")

// mongoKind is a server program with its arguments.
type mongoKind struct {
	name string
	argv func(dir string, port int) []string
}

func mongoServer(ctx context.Context, quick bool) (mongoKind, error) {
	if path, ok := install.Binary("mongod", "/usr/bin", "/usr/local/bin", "/opt/mongodb/bin"); ok {
		return mongoKind{"mongod", func(dir string, port int) []string {
			return []string{path, "--dbpath", dir, "--port", strconv.Itoa(port), "--bind_ip", "127.0.0.1", "--wiredTigerCacheSizeGB", "0.25"}
		}}, nil
	}
	cache, err := install.CacheDir()
	if err != nil {
		return mongoKind{}, err
	}
	root := filepath.Join(cache, "secantus")
	rust := filepath.Join(root, "bin", "secantusd-rs")
	venv := filepath.Join(cache, "secantus-py")
	python := filepath.Join(venv, "bin", "secantusd-py")
	cargo, haveCargo := install.Binary("cargo", filepath.Join(os.Getenv("HOME"), ".cargo", "bin"))
	_, haveCmake := install.Binary("cmake")
	if install.Exists(rust) {
		return rustKind(rust), nil
	}
	var failed error
	if haveCargo && haveCmake && !quick {
		failed = install.Once(ctx, root, rust, func() error {
			return install.Run(ctx, "", cargo, "install", rustCrate, "--version", rustVersion, "--locked", "--ignore-rust-version", "--root", root)
		})
		if failed == nil || ctx.Err() != nil {
			return rustKind(rust), failed
		}
		// Another stand-in may work, for example if cargo is too old.
	}
	if err := install.Once(ctx, venv, python, func() error { return install.Venv(ctx, venv, pipPackage) }); err != nil {
		err = fmt.Errorf("%w: %w", errNoMongo, err)
		if failed != nil {
			err = fmt.Errorf("%w; before that: %w", err, failed)
		}
		return mongoKind{}, err
	}
	return pythonKind(python), nil
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
