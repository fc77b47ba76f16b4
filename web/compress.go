package web

import (
	"net/http"
	"strings"

	"github.com/klauspost/compress/gzhttp"
)

const compressFrom = 1024 // bytes of an answer; smaller ones fit into one packet

// newCompressor makes the layer that compresses answers of the API, for clients that accept gzip. It compresses reads only. Answers that have tokens or codes
// are those of other methods. A compressed length tells about a secret beside text that an attacker chooses; reads need a token that no other site can send.
func newCompressor() (func(next http.Handler) http.Handler, error) {
	gzip, err := gzhttp.NewWrapper(gzhttp.MinSize(compressFrom), gzhttp.ContentTypes([]string{"application/json"}), gzhttp.EnableZstd(false))
	if err != nil {
		return nil, err
	}
	return func(next http.Handler) http.Handler {
		compressed := gzip(next)
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodGet && strings.HasPrefix(r.URL.Path, APIPath+"/") {
				compressed.ServeHTTP(w, r)
				return
			}
			next.ServeHTTP(w, r)
		})
	}, nil
}

// weakenTag marks the tag of a compressed answer as weak: the answer without compression has other bytes and the same tag.
func weakenTag(h http.Header) {
	if tag := h.Get(tagHeader); h.Get("Content-Encoding") != "" && strings.HasPrefix(tag, `"`) {
		h.Set(tagHeader, "W/"+tag)
	}
}
