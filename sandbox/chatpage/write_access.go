package chatpage

import "net/http"

// letWrite lets the bot write to the person.
func (s *Server) letWrite(r *http.Request) (any, error) {
	u, err := s.personOf(r)
	if err != nil {
		return nil, err
	}
	return done{}, u.AllowWrites(r.Context(), s.opts.Bot)
}
