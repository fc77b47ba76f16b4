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

// page serves the API's description for people: a page of our own, which draws /api/openapi.json without anything from another site.
func (s *Server) page(mux *http.ServeMux) {
	files, err := fs.Sub(pageFiles, "page")
	if err != nil {
		panic(err) // the folder is compiled in
	}
	static := http.FileServerFS(files)
	readable := func(next http.Handler) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; frame-ancestors 'none'")
			w.Header().Set("Cache-Control", "public, max-age=300")
			next.ServeHTTP(w, r)
		}
	}
	mux.HandleFunc("GET /api/docs/", readable(http.StripPrefix("/api/docs", static)))
	problems := template.Must(template.ParseFS(files, "problem.html"))
	mux.HandleFunc("GET "+problemsPath+"{code}", readable(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		code := r.PathValue("code")
		if !slices.ContainsFunc([]rune(code), func(c rune) bool { return c != '-' && (c < 'a' || c > 'z') }) && len(code) < 64 {
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			_ = problems.Execute(w, strings.ReplaceAll(code, "-", " ")) // the client may be gone
			return
		}
		s.refuse(w, r, errNotFound)
	})))
}
