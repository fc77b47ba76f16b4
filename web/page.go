package web

import (
	"embed"
	"html/template"
	"io/fs"
	"net/http"
	"slices"
	"strings"
)

//go:embed page
var pageFiles embed.FS

// addPages adds the API's documentation, a page that renders /api/openapi.json with no file from another site, and the pages of problem types.
func (s *Server) addPages() {
	files, err := fs.Sub(pageFiles, "page")
	if err != nil {
		panic(err) // the folder is embedded
	}
	static := http.FileServerFS(files)
	browsable := func(next http.Handler) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; frame-ancestors 'none'")
			w.Header().Set("Cache-Control", "public, max-age=300")
			next.ServeHTTP(w, r)
		}
	}
	s.Handle("GET /api/docs/", browsable(http.StripPrefix("/api/docs", static)))
	problems := template.Must(template.ParseFS(files, "problem.html"))
	s.Handle("GET "+problemsPath+"{code}", browsable(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		code := r.PathValue("code")
		if !slices.ContainsFunc([]rune(code), func(c rune) bool { return c != '-' && (c < 'a' || c > 'z') }) && len(code) < 64 {
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			_ = problems.Execute(w, strings.ReplaceAll(code, "-", " ")) // the client may be gone
			return
		}
		s.Refuse(w, r, ErrNotFound)
	})))
}
