package bot

import (
	"strconv"
	"strings"

	"pavilion/filter"
	"pavilion/internal/fault"
)

// action is what a button does.
type action byte

// The actions. Their letters stand in messages that are already sent, so they keep their meaning.
const (
	actGet     action = 'g' // deliver a file
	actPage    action = 'p' // another page, or another selection
	actSuggest action = 'd' // search for what was suggested
	actNothing action = 'n' // a label
	actAdd     action = 'a' // index a channel
	actChannel action = 'c' // pause, resume, remove
	actIndex   action = 'i' // read a channel's past
	actCancel  action = 'x' // cancel a read of the past
	actStep    action = 'b' // a step of the booking conversation
)

// tapData is what a button carries: at most 64 bytes, so it names things and holds no texts.
type tapData struct {
	Action    action
	Owner     int64 // who may tap; 0: whoever sees it
	Document  filter.DocumentID
	Selection filter.Selection
	Back      bool // the page before Cursor, not the one after
	Cursor    filter.Cursor
	Channel   filter.ChannelID
	Verb      string
	To        filter.MessageID
	ID        string
	Step      step
}

const (
	tapVersion = '1'
	tapFields  = 10
	maxTap     = 64
)

var errTap = fault.New(fault.Invalid, "tap_invalid", "That button is from another time. Please search again.")

func (d tapData) encode() []byte {
	f := []string{string([]byte{tapVersion, byte(d.Action)}), base36(d.Owner)}
	switch d.Action {
	case actGet:
		f = append(f, base36(int64(d.Document)))
	case actPage:
		dir := ">"
		if d.Back {
			dir = "<"
		}
		f = append(f, encodeSelection(d.Selection), dir+d.Cursor.String())
	case actChannel:
		f = append(f, d.Verb, base36(int64(d.Channel)))
	case actIndex, actAdd:
		f = append(f, base36(int64(d.Channel)), base36(int64(d.To)))
	case actCancel:
		f = append(f, d.ID)
	case actStep:
		f = append(f, d.Step.encode()...)
	case actSuggest, actNothing:
	}
	return []byte(strings.Join(f, ":"))
}

// parseTap reads what a button carried. Anybody can send any bytes.
func parseTap(data []byte) (tapData, error) {
	if len(data) < 2 || len(data) > maxTap || data[0] != tapVersion {
		return tapData{}, errTap
	}
	f := strings.SplitN(string(data), ":", tapFields)
	if len(f) < 2 || len(f[0]) != 2 {
		return tapData{}, errTap
	}
	d := tapData{Action: action(data[1])}
	p := fields{rest: f[1:]}
	d.Owner = p.number()
	switch d.Action {
	case actGet:
		d.Document = filter.DocumentID(p.number())
	case actPage:
		d.Selection = p.selection()
		dir := p.next()
		d.Back = strings.HasPrefix(dir, "<")
		cursor, err := filter.ParseCursor(strings.TrimLeft(dir, "<>"))
		if err != nil {
			return tapData{}, errTap
		}
		d.Cursor = cursor
	case actChannel:
		d.Verb = p.next()
		d.Channel = filter.ChannelID(p.number())
	case actIndex, actAdd:
		d.Channel = filter.ChannelID(p.number())
		d.To = filter.MessageID(p.number())
	case actCancel:
		d.ID = p.next()
	case actStep:
		d.Step = p.step()
	case actSuggest, actNothing:
	default:
		return tapData{}, errTap
	}
	if p.bad || len(p.rest) > 0 {
		return tapData{}, errTap
	}
	return d, nil
}

type fields struct {
	rest []string
	bad  bool
}

func (p *fields) next() string {
	if len(p.rest) == 0 {
		p.bad = true
		return ""
	}
	s := p.rest[0]
	p.rest = p.rest[1:]
	return s
}

func (p *fields) number() int64 {
	n, err := strconv.ParseInt(p.next(), 36, 64)
	p.bad = p.bad || err != nil
	return n
}

func base36(n int64) string { return strconv.FormatInt(n, 36) }

// dimensionMarks are the letters of the dimensions in a selection.
const dimensionMarks = "ksrly"

// encodeSelection writes a selection in a few letters: k1 is a kind by its number, the rest its value.
func encodeSelection(s filter.Selection) string {
	var parts []string
	for d := filter.ByKind; d <= filter.ByYear; d++ {
		v := s.Value(d)
		if d == filter.ByKind && s.Kind != nil {
			v = strconv.Itoa(int(*s.Kind))
		}
		if v != "" {
			parts = append(parts, string(dimensionMarks[d])+v)
		}
	}
	return strings.Join(parts, ".")
}

func (p *fields) selection() filter.Selection {
	var s filter.Selection
	text := p.next()
	if text == "" {
		return s
	}
	for part := range strings.SplitSeq(text, ".") {
		if part == "" {
			p.bad = true
			return s
		}
		d := strings.IndexByte(dimensionMarks, part[0])
		value := part[1:]
		if filter.Dimension(d) == filter.ByKind { //nolint:gosec // -1 becomes 255, which With refuses
			n, err := strconv.ParseUint(value, 10, 2)
			if err != nil {
				p.bad = true
				return s
			}
			value = filter.Kind(n).String()
		}
		var err error
		if s, err = s.With(filter.Dimension(d), value); d < 0 || err != nil || value == "" { //nolint:gosec // see above
			p.bad = true
			return s
		}
	}
	return s
}
