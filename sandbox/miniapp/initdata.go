package miniapp

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
	"time"

	"pavilion/sandbox/world"
)

// InitData returns the data that Telegram passes to a Mini App: the person, signed with the bot's token. Each call has a new query id.
func InitData(botToken string, who world.User, at time.Time) (string, error) {
	return InitDataIn(botToken, who, "en", true, at)
}

// InitDataIn is InitData for a person whose client speaks another language, or who did not let the bot write to them.
func InitDataIn(botToken string, who world.User, language string, writes bool, at time.Time) (string, error) {
	fields := map[string]any{"id": who.ID, "first_name": who.First, "last_name": who.Last, "username": who.Username, "language_code": language}
	if writes {
		fields["allows_write_to_pm"] = true
	}
	user, err := json.Marshal(fields)
	if err != nil {
		return "", fmt.Errorf("init data: %w", err)
	}
	signed := map[string]string{"query_id": "AA" + rand.Text(), "user": string(user), "auth_date": fmt.Sprint(at.Unix())}
	var lines []string
	query := url.Values{}
	for _, name := range slices.Sorted(maps.Keys(signed)) {
		lines = append(lines, name+"="+signed[name])
		query.Set(name, signed[name])
	}
	query.Set("hash", hex.EncodeToString(sign(sign([]byte("WebAppData"), botToken), strings.Join(lines, "\n"))))
	return query.Encode(), nil
}

func sign(key []byte, text string) []byte {
	h := hmac.New(sha256.New, key)
	h.Write([]byte(text))
	return h.Sum(nil)
}
