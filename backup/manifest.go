package backup

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"
)

const (
	manifestName = "manifest.json"
	format       = 1 // of the manifest
)

// Reasons why a folder is not accepted as a backup.
var (
	ErrIncomplete = errors.New("the folder has no manifest.json: it is no backup, or the backup was interrupted")
	ErrDamaged    = errors.New("the backup is damaged")
	errFormat     = errors.New("the backup has a format that this program does not know: use the release that made it")
)

// Manifest lists the files of a backup, with their checksums and the number of rows or documents in each.
type Manifest struct {
	Format   int       `json:"format"`
	ID       string    `json:"id"`
	Program  string    `json:"program"`  // the version that made it
	Schema   []string  `json:"schema"`   // the migrations that the database has
	MadeAt   time.Time `json:"made_at"`  // time of the dump's snapshot, by Postgres's clock
	EndedAt  time.Time `json:"ended_at"` // of the export of the last pool
	Postgres Postgres  `json:"postgres"`
	Pools    []Pool    `json:"pools"`
}

// Postgres describes the dump.
type Postgres struct {
	File

	Server string           `json:"server"` // its version
	Tables map[string]int64 `json:"tables"` // rows by table
}

// Pool describes the export of a MongoDB pool. Its files are what `mongorestore --gzip` reads, too.
type Pool struct {
	Name        string       `json:"name"`
	Collections []Collection `json:"collections"`
}

// Collection describes a collection of a pool.
type Collection struct {
	File

	Name      string `json:"name"`
	Documents int64  `json:"documents"`
}

// File is a file of the backup.
type File struct {
	Path   string `json:"path"` // below the folder, with slashes
	Bytes  int64  `json:"bytes"`
	SHA256 string `json:"sha256"`
}

// files lists all files but the manifest.
func (m Manifest) files() []File {
	list := []File{m.Postgres.File}
	for _, p := range m.Pools {
		for _, c := range p.Collections {
			list = append(list, c.File)
		}
	}
	return list
}

// Bytes is the size of all files together.
func (m Manifest) Bytes() (sum int64) {
	for _, f := range m.files() {
		sum += f.Bytes
	}
	return sum
}

// Rows is the number of rows of all tables.
func (m Manifest) Rows() (sum int64) {
	for _, n := range m.Postgres.Tables {
		sum += n
	}
	return sum
}

// Documents is the number of documents of a pool.
func (p Pool) Documents() (sum int64) {
	for _, c := range p.Collections {
		sum += c.Documents
	}
	return sum
}

// write stores the manifest under its name only when it is complete and on the disk.
func (m Manifest) write(dir string) error {
	text, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return fmt.Errorf("manifest: %w", err)
	}
	unfinished := filepath.Join(dir, manifestName+".unfinished")
	f, err := create(unfinished)
	if err != nil {
		return err
	}
	_, err = f.Write(append(text, '\n'))
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("manifest: %w", err)
	}
	if err := os.Rename(unfinished, filepath.Join(dir, manifestName)); err != nil {
		return fmt.Errorf("manifest: %w", err)
	}
	return syncFolder(dir)
}

// readManifest reads the manifest of a backup.
func readManifest(dir string) (m Manifest, err error) {
	text, err := os.ReadFile(filepath.Join(dir, manifestName)) //nolint:gosec // the operator names the folder
	switch {
	case errors.Is(err, os.ErrNotExist):
		return m, ErrIncomplete
	case err != nil:
		return m, fmt.Errorf("manifest: %w", err)
	}
	if err := json.Unmarshal(text, &m); err != nil {
		return m, fmt.Errorf("%w: manifest: %w", ErrDamaged, err)
	}
	if m.Format != format {
		return m, errFormat
	}
	return m, nil
}

// sumFile returns the size and the checksum of a file of a backup.
func sumFile(dir, path string) (File, error) {
	f, err := os.Open(filepath.Join(dir, filepath.FromSlash(path))) //nolint:gosec // below the folder that the operator names
	if err != nil {
		return File{}, fmt.Errorf("backup: %w", err)
	}
	defer f.Close() //nolint:errcheck // it was only read
	sum := sha256.New()
	n, err := io.Copy(sum, f)
	if err != nil {
		return File{}, fmt.Errorf("backup: %w", err)
	}
	return File{Path: path, Bytes: n, SHA256: hex.EncodeToString(sum.Sum(nil))}, nil
}

// create makes a file that only its owner reads: a backup has personal data and the bot's session.
func create(path string) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600) //nolint:gosec // below the folder that the operator names
	if err != nil {
		return nil, fmt.Errorf("backup: %w", err)
	}
	return f, nil
}

// syncFolder makes the names of a folder's files durable.
func syncFolder(dir string) error {
	f, err := os.Open(dir) //nolint:gosec // the operator names the folder
	if err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	if err := errors.Join(f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	return nil
}
