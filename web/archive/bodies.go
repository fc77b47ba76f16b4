package archive

import (
	"strconv"
	"time"

	"pavilion/filter"
	"pavilion/filter/access"
	"pavilion/filter/delivery"
)

// FileBody is a file and one of its posts.
type FileBody struct {
	ID      string    `json:"id" doc:"A number of 64 bits."`
	Channel int64     `json:"channel"`
	Message int64     `json:"message"`
	Name    string    `json:"name"`
	Caption string    `json:"caption,omitempty"`
	Kind    string    `json:"kind" enum:"document,video,audio,photo"`
	Mime    string    `json:"mime,omitempty"`
	Size    int64     `json:"size" doc:"In bytes."`
	Posted  time.Time `json:"posted"`
	Thumb   []byte    `json:"thumb,omitempty" doc:"A tiny picture, a JPEG."`
}

func fileOf(f filter.File, thumbs map[filter.DocumentID][]byte) FileBody {
	b := FileBody{
		ID: strconv.FormatInt(int64(f.Media.Document), 10), Name: f.Media.Name, Caption: f.Media.Caption, Kind: f.Media.Kind.String(), Mime: f.Media.Mime, Size: f.Media.Size, Posted: f.Posted.UTC(), Thumb: thumbs[f.Media.Document],
	}
	if len(f.Places) > 0 {
		b.Channel, b.Message = int64(f.Places[0].Channel), int64(f.Places[0].Message)
	}
	return b
}

func filesOf(list []filter.File, thumbs map[filter.DocumentID][]byte) []FileBody {
	out := make([]FileBody, 0, len(list))
	for _, f := range list {
		out = append(out, fileOf(f, thumbs))
	}
	return out
}

// OneFileBody is a file with the subtitles that fit it.
type OneFileBody struct {
	FileBody

	Subtitles []FileBody `json:"subtitles" doc:"Those that fit a film, by the title, season and episode in its name."`
}

// RowBody is a title with its versions.
type RowBody struct {
	Title     string     `json:"title"`
	Files     []FileBody `json:"files" doc:"The best match first."`
	Subtitles []FileBody `json:"subtitles"`
}

// FacetBody is a value to select by.
type FacetBody struct {
	Dimension string `json:"dimension" enum:"kind,season,resolution,language,year"`
	Value     string `json:"value"`
	Count     int    `json:"count" doc:"Among the best results."`
}

// QuotaBody is how many files the person can still get today.
type QuotaBody struct {
	Limit int       `json:"limit" doc:"0: no limit."`
	Left  int       `json:"left"`
	Ends  time.Time `json:"ends" doc:"When the day ends."`
}

// SearchBody is a page of results.
type SearchBody struct {
	Rows       []RowBody   `json:"rows"`
	Total      int         `json:"total" doc:"Files of all pages."`
	Capped     bool        `json:"capped" doc:"There may be more."`
	Next       string      `json:"next,omitempty" doc:"The cursor of the next page; missing on the last."`
	Facets     []FacetBody `json:"facets"`
	Missing    []string    `json:"missing" doc:"Databases that did not answer: the results are partial."`
	Suggestion string      `json:"suggestion,omitempty" doc:"A similar query that has results, where this one has none."`
	Fewer      string      `json:"fewer,omitempty" doc:"The query without its rarest word, where there is no suggestion."`
	Quota      QuotaBody   `json:"quota"`
}

func searchOf(p filter.Page, left access.Allowance, thumbs map[filter.DocumentID][]byte) SearchBody {
	b := SearchBody{
		Rows: []RowBody{}, Total: p.Total, Capped: p.Capped, Facets: []FacetBody{}, Missing: append([]string{}, p.Missing...), Suggestion: p.Suggestion, Fewer: p.Fewer,
		Quota: QuotaBody{Limit: left.Limit, Left: left.Left, Ends: left.Ends.UTC()},
	}
	if p.HasNext {
		b.Next = p.Last.String()
	}
	for _, r := range p.Rows {
		b.Rows = append(b.Rows, RowBody{Title: r.Title(), Files: filesOf(r.Files, thumbs), Subtitles: filesOf(r.Subtitles, thumbs)})
	}
	for _, f := range p.Facets {
		b.Facets = append(b.Facets, FacetBody{dimensionName(f.Dimension), f.Value, f.Count})
	}
	return b
}

func dimensionName(d filter.Dimension) string {
	switch d {
	case filter.ByKind:
		return "kind"
	case filter.BySeason:
		return "season"
	case filter.ByResolution:
		return "resolution"
	case filter.ByLanguage:
		return "language"
	case filter.ByYear:
	}
	return "year"
}

// FileDeliveryBody is a file on its way into the person's chat.
type FileDeliveryBody struct {
	ID     int64  `json:"id"`
	State  string `json:"state" enum:"new,running,done,cancelled,failed"`
	Reason string `json:"reason,omitempty" doc:"Code of the error of a failed one. stranger: the person has to start the bot first. blocked: they have blocked it. unreachable: Telegram does not let the bot write to them."`
	Sent   int    `json:"sent"`
	Over   int    `json:"over_quota" doc:"Files for which nothing was left of the day's quota."`
}

func deliveryOf(j delivery.Job) FileDeliveryBody {
	return FileDeliveryBody{int64(j.ID), string(j.State), j.Reason, j.Sent, j.Refused}
}
