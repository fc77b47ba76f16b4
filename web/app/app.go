package app

import (
	"embed"
	"fmt"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strconv"
	"strings"

	"pavilion/web"
)

//go:embed dist
var dist embed.FS

// TelegramWeb is the origin of Telegram's web client.
const TelegramWeb = "https://web.telegram.org"

// Path is where the page is served.
const Path = "/app/"

// policy is the content policy, without the site that may frame the page. Preact sets styles through the DOM, which it allows.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; connect-src 'self'; " +
	"base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; frame-ancestors "

// Options configure the page.
type Options struct {
	Frame string // origin of the web client that frames the page; TelegramWeb where empty
}

// file is a file of the bundle, by encoding.
type file struct {
	media               string
	plain, gzip, brotli []byte
}

// Add adds the page to a server.
func Add(server *web.Server, o Options) error {
	if o.Frame == "" {
		o.Frame = TelegramWeb
	}
	files, err := readFiles()
	if err != nil {
		return fmt.Errorf("mini app: %w", err)
	}
	index := []byte(strings.Replace(string(files["index.html"].plain), TelegramWeb, o.Frame, 1))
	delete(files, "index.html")
	server.Handle("GET "+Path+"{$}", func(w http.ResponseWriter, _ *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy+o.Frame)
		h.Set("Content-Type", "text/html; charset=utf-8")
		h.Set("Cache-Control", "no-cache")
		_, _ = w.Write(index) // the client may be gone
	})
	server.Handle("GET "+Path+"{name}", func(w http.ResponseWriter, r *http.Request) {
		f, ok := files[r.PathValue("name")]
		if !ok {
			server.Refuse(w, r, web.ErrNotFound)
			return
		}
		f.serve(w, r)
	})
	return nil
}

// readFiles reads the bundle.
func readFiles() (map[string]file, error) {
	files := map[string]file{}
	err := fs.WalkDir(dist, "dist", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || strings.HasSuffix(name, ".gz") || strings.HasSuffix(name, ".br") {
			return err
		}
		f := file{media: mime.TypeByExtension(path.Ext(name))}
		if f.plain, err = dist.ReadFile(name); err != nil {
			return err
		}
		if path.Base(name) != "index.html" { // which is small, and changed at the start
			if f.gzip, err = dist.ReadFile(name + ".gz"); err != nil {
				return err
			}
			if f.brotli, err = dist.ReadFile(name + ".br"); err != nil {
				return err
			}
		}
		files[path.Base(name)] = f
		return nil
	})
	if err == nil && files["index.html"].plain == nil {
		err = fs.ErrNotExist
	}
	return files, err
}

// serve writes the file in the best encoding that the client takes. Its name has the hash of its content, so it never changes.
func (f file) serve(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Content-Type", f.media)
	h.Set("Cache-Control", "public, max-age=31536000, immutable")
	h.Set("Vary", "Accept-Encoding")
	body := f.plain
	switch {
	case accepts(r, "br"):
		h.Set("Content-Encoding", "br")
		body = f.brotli
	case accepts(r, "gzip"):
		h.Set("Content-Encoding", "gzip")
		body = f.gzip
	}
	_, _ = w.Write(body) // the client may be gone
}

// accepts reports whether a client takes an encoding. A weight of 0, or one that is no number, is a no.
func accepts(r *http.Request, encoding string) bool {
	for item := range strings.SplitSeq(r.Header.Get("Accept-Encoding"), ",") {
		name, parameter, _ := strings.Cut(item, ";")
		if strings.TrimSpace(name) != encoding {
			continue
		}
		text, weighed := strings.CutPrefix(strings.TrimSpace(parameter), "q=")
		weight, err := strconv.ParseFloat(text, 64)
		return !weighed || err == nil && weight > 0
	}
	return false
}
