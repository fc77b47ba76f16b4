package web

import (
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"pavilion/internal/secret"
)

// The test vector of the Telegram Mini Apps project's Go library.
const (
	vectorToken = "5768337691:AAH5YkoiEuPk8-FZa32hStHTqXiLPtAEhx8"
	vector      = "query_id=AAHdF6IQAAAAAN0XohDhrOrc&user=%7B%22id%22%3A279058397%2C%22first_name%22%3A%22Vladislav%22%2C%22last_name%22%3A%22Kibenko%22%2C%22username%22%3A%22vdkfrost%22%2C%22language_code%22%3A%22ru%22%2C%22is_premium%22%3Atrue%7D&auth_date=1662771648&hash=c501b71e775f74ce10e377dea85a7ea24ecd640b223ea86dfe453e0eaed2e2b2"
)

const testToken = "7000000001:test"

// initData signs fields as Telegram does.
func initData(token string, fields map[string]string) string {
	var lines []string
	for _, k := range slices.Sorted(maps.Keys(fields)) {
		lines = append(lines, k+"="+fields[k])
	}
	q := url.Values{}
	for k, v := range fields {
		q.Set(k, v)
	}
	q.Set("hash", hex.EncodeToString(hmacSHA256(hmacSHA256([]byte("WebAppData"), token), strings.Join(lines, "\n"))))
	return q.Encode()
}

func userFields(id int64, at time.Time) map[string]string {
	user, err := json.Marshal(map[string]any{"id": id, "first_name": "Zoya & co = \n", "username": "zoya"})
	if err != nil {
		panic(err)
	}
	return map[string]string{"user": string(user), "auth_date": fmt.Sprint(at.Unix()), "query_id": "AA"}
}

func TestInitData_PublicVector(t *testing.T) {
	t.Parallel()
	p, err := parseInitData(vector, secret.New(vectorToken))
	if err != nil || p.User != 279058397 || p.IssuedAt.Unix() != 1662771648 {
		t.Fatalf("%+v, %v", p, err)
	}
	if _, err := parseInitData(vector, secret.New(testToken)); !errors.Is(err, errInitDataForged) {
		t.Errorf("another bot's token: %v", err)
	}
	swapped := hex.EncodeToString(hmacSHA256(hmacSHA256([]byte(vectorToken), "WebAppData"), "x"))
	if _, err := parseInitData(vector[:strings.Index(vector, "hash=")]+"hash="+swapped, secret.New(vectorToken)); !errors.Is(err, errInitDataForged) {
		t.Errorf("a hash with key and message swapped: %v", err)
	}
}

func TestInitData_EveryForgeryIsRefused(t *testing.T) {
	t.Parallel()
	now := time.Unix(1_800_000_000, 0)
	good := initData(testToken, userFields(42, now))
	if p, err := parseInitData(good, secret.New(testToken)); err != nil || p.User != 42 {
		t.Fatalf("%+v, %v", p, err)
	}
	with := func(change func(f map[string]string)) string {
		f := userFields(42, now)
		change(f)
		return initData(testToken, f)
	}
	signature := with(func(f map[string]string) { f["signature"] = "ed25519" })
	if _, err := parseInitData(signature, secret.New(testToken)); err != nil {
		t.Errorf("with the signature field: %v", err)
	}
	for name, c := range map[string]struct {
		raw  string
		want error
	}{
		"empty":               {"", errInitDataForm},
		"another user":        {strings.Replace(good, "42", "43", 1), errInitDataForged},
		"a field more":        {good + "&admin=true", errInitDataForged},
		"signature dropped":   {strings.Replace(signature, "&signature=ed25519", "", 1), errInitDataForged},
		"a key twice":         {good + "&auth_date=1", errInitDataDuplicate},
		"hash twice":          {good + "&hash=00", errInitDataDuplicate},
		"hash in another key": {strings.Replace(good, "hash=", "%68ash%20=", 1), errInitDataHash},
		"hash cut":            {good[:strings.Index(good, "hash=")+len("hash=")+62], errInitDataHash},
		"no hash":             {"auth_date=1&user=%7B%7D", errInitDataHash},
		"bad escape":          {good + "&x=%zz", errInitDataForm},
		"no equals sign":      {good + "&x", errInitDataForm},
		"too long":            {good + "&x=" + strings.Repeat("x", maxInitData), errInitDataSize},
		"no date":             {with(func(f map[string]string) { delete(f, "auth_date") }), errInitDataDate},
		"date in words":       {with(func(f map[string]string) { f["auth_date"] = "today" }), errInitDataDate},
		"no user":             {with(func(f map[string]string) { delete(f, "user") }), errInitDataUser},
		"a bot":               {with(func(f map[string]string) { f["user"] = `{"id":42,"is_bot":true}` }), errInitDataUser},
		"id as a fraction":    {with(func(f map[string]string) { f["user"] = `{"id":4.2}` }), errInitDataUser},
		"id too large":        {with(func(f map[string]string) { f["user"] = `{"id":9223372036854775808}` }), errInitDataUser},
	} {
		if _, err := parseInitData(c.raw, secret.New(testToken)); !errors.Is(err, c.want) {
			t.Errorf("%s: got %v, want %v", name, err, c.want)
		}
	}
}

func TestInitData_OrderAndEscapingDoNotMakeItNew(t *testing.T) {
	t.Parallel()
	good := initData(testToken, userFields(42, time.Unix(1_800_000_000, 0)))
	a, err := parseInitData(good, secret.New(testToken))
	if err != nil {
		t.Fatal(err)
	}
	parts := strings.Split(good, "&")
	slices.Reverse(parts)
	b, err := parseInitData(strings.ReplaceAll(strings.Join(parts, "&"), "+", "%20"), secret.New(testToken))
	if err != nil || a.Digest != b.Digest {
		t.Errorf("the same statement counts as another: %v", err)
	}
}

func FuzzInitData(f *testing.F) {
	good := initData(testToken, userFields(42, time.Unix(1_800_000_000, 0)))
	f.Add(good)
	f.Add(vector)
	f.Add("hash=&user={}")
	want, err := parseInitData(good, secret.New(testToken))
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		p, err := parseInitData(raw, secret.New(testToken))
		if err == nil && p != want {
			t.Fatalf("accepted %q as %+v", raw, p) // only Telegram can sign another statement
		}
	})
}
