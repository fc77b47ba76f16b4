package chat

import (
	"strings"
	"testing"
)

func TestData_RoundTripAndTheLimitOfTelegram(t *testing.T) {
	t.Parallel()
	for _, d := range []Data{
		{Letter: 'g', Owner: 8_000_000_000, Payload: "-1y2p0ij32e8e8"},
		{Letter: 'n'},
		{Letter: 'b', Owner: 1, Payload: "l"},
		{Letter: 'p', Owner: 7, Payload: ":>"},
		{Letter: 'x', Owner: -5, Payload: strings.Repeat("a", maxData-len("1x:-5:"))},
	} {
		data, fits := d.Encode()
		again, err := ParseData(data)
		if !fits || err != nil || again != d {
			t.Errorf("%s (fits: %v) reads as %+v, %v; want %+v", data, fits, again, err, d)
		}
	}
	if data, fits := (Data{Letter: 'x', Payload: strings.Repeat("a", maxData)}).Encode(); fits {
		t.Errorf("%d bytes are said to fit", len(data))
	}
}

func FuzzParseData(f *testing.F) {
	f.Add([]byte("1g:0:5"))
	f.Add([]byte("1p:7:k1.s2:>AAAAAAAAAAAAAAAAAA"))
	f.Add([]byte("1n:7"))
	f.Fuzz(func(t *testing.T, data []byte) {
		d, err := ParseData(data)
		if err != nil {
			return
		}
		written, _ := d.Encode()
		again, err := ParseData(written)
		if len(written) <= maxData && (err != nil || again != d) {
			t.Fatalf("%q reads as %+v, and that as %+v, %v", data, d, again, err)
		}
	})
}
