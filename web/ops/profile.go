package ops

import (
	"bytes"
	"net/http"
	"runtime/pprof"
	"strconv"
	"sync/atomic"
	"time"

	"pavilion/internal/fault"
	"pavilion/web"
)

// profilePath begins the addresses of the profiles of this process.
const profilePath = OperatorPath + "profiles/"

const (
	profileSeconds     = 10 // of a CPU profile where the request names no time
	mostProfileSeconds = 60
	stopPoll           = 100 * time.Millisecond
	profileWrite       = 30 * time.Second // for sending a finished profile
)

var (
	errProfileTime = fault.New(fault.Invalid, "profile_time")
	errProfileBusy = fault.New(fault.Conflict, "profile_busy")
)

// addProfiles adds the profiles: GET …/cpu?seconds=10, and those of runtime/pprof by their names in the format of `go tool pprof`. …/goroutines is the
// stack of every goroutine as text.
func addProfiles(s *web.Server, o Options) {
	var busy atomic.Bool
	s.Handle("GET "+profilePath+"cpu", operatorOnly(s, o.Token, func(w http.ResponseWriter, r *http.Request) {
		seconds := profileSeconds
		if text := r.URL.Query().Get("seconds"); text != "" {
			var err error
			if seconds, err = strconv.Atoi(text); err != nil || seconds < 1 || seconds > mostProfileSeconds {
				s.Refuse(w, r, errProfileTime)
				return
			}
		}
		if !busy.CompareAndSwap(false, true) {
			s.Refuse(w, r, errProfileBusy)
			return
		}
		defer busy.Store(false)
		_ = http.NewResponseController(w).SetWriteDeadline(o.Now().Add(time.Duration(seconds)*time.Second + profileWrite)) // the server's own is shorter
		profile, err := profileCPU(time.Duration(seconds)*time.Second, s.Stopping)
		if err != nil {
			s.Refuse(w, r, errProfileBusy)
			return
		}
		writeProfile(w, "application/octet-stream", profile)
	}))
	s.Handle("GET "+profilePath+"goroutines", operatorOnly(s, o.Token, func(w http.ResponseWriter, _ *http.Request) {
		var dump bytes.Buffer
		_ = pprof.Lookup("goroutine").WriteTo(&dump, 2) // a buffer takes everything
		writeProfile(w, "text/plain; charset=utf-8", dump.Bytes())
	}))
	s.Handle("GET "+profilePath+"{name}", operatorOnly(s, o.Token, func(w http.ResponseWriter, r *http.Request) {
		p := pprof.Lookup(r.PathValue("name"))
		if p == nil {
			s.Refuse(w, r, web.ErrNotFound)
			return
		}
		var profile bytes.Buffer
		_ = p.WriteTo(&profile, 0)
		writeProfile(w, "application/octet-stream", profile.Bytes())
	}))
}

// profileCPU takes a CPU profile. It ends early when the server stops.
func profileCPU(lasts time.Duration, stopping func() bool) ([]byte, error) {
	var profile bytes.Buffer
	if err := pprof.StartCPUProfile(&profile); err != nil {
		return nil, err
	}
	ended := time.After(lasts)
	ticker := time.NewTicker(stopPoll)
	defer ticker.Stop()
	for !stopping() {
		select {
		case <-ended:
			pprof.StopCPUProfile()
			return profile.Bytes(), nil
		case <-ticker.C:
		}
	}
	pprof.StopCPUProfile()
	return profile.Bytes(), nil
}

func writeProfile(w http.ResponseWriter, kind string, content []byte) {
	w.Header().Set("Content-Type", kind)
	_, _ = w.Write(content)
}
