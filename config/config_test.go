package config_test

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/caarlos0/env/v11"
	"github.com/joho/godotenv"

	"pavilion/config"
)

func validSettings() map[string]string {
	return map[string]string{
		"PAVILION_BOT_TOKEN": "123:token-value", "PAVILION_API_ID": "1", "PAVILION_API_HASH": "hash-value",
		"PAVILION_POSTGRES_URL": "postgres://u:password-value@localhost/pavilion", "PAVILION_REDIS_URL": "redis://localhost:6379/0",
		"PAVILION_MONGO_URIS": "old=mongodb://u:password-value@a/pavilion mongodb://b/other",
	}
}

func load(values map[string]string) (config.Config, error) {
	var environ []string
	for name, value := range values {
		environ = append(environ, name+"="+value)
	}
	return config.Load(environ)
}

func TestLoad_Good(t *testing.T) {
	t.Parallel()
	c, err := load(validSettings())
	if err != nil {
		t.Fatal(err)
	}
	if p := c.Pools(); len(p) != 2 || p[0].Name != "old" || p[0].Database != "pavilion" || p[1].Name != "archive 2" || p[1].Database != "other" {
		t.Errorf("pools: %+v", p)
	}
	if c.PageSize != 8 || c.MongoLimitMB != 512 || c.PostgresMost != 20 {
		t.Errorf("defaults: %+v", c)
	}
}

func TestLoad_EveryMistakeAtOnceAndNoValue(t *testing.T) {
	t.Parallel()
	bad := validSettings()
	maps.Copy(bad, map[string]string{
		"PAVILION_BOT_TOKEN": "token-value", "PAVILION_API_ID": "secret-number", "PAVILION_MONGO_URIS": "http://password-value", "PAVILION_PAGE_SIZE": "99",
		"PAVILION_LOG_FORMAT": "xml", "PAVILION_TELEGRAM_ADDR": "localhost", "PAVILION_REDIS_URL": "nonsense",
		"PAVILION_ROLES": "bot,cook", "PAVILION_HTTP_ADDR": "8080", "PAVILION_TRUSTED_PROXIES": "proxy-name", "PAVILION_OPERATOR_TOKEN": "short", "PAVILION_TRACES_URL": "trace-sink",
		"PAVILION_HTTP_PER_SECOND": "-1", "PAVILION_POSTGRES_CONNECTIONS": "4", "PAVILION_TIME_ZONE": "zone-name",
	})
	delete(bad, "PAVILION_API_HASH")
	_, err := load(bad)
	if err == nil {
		t.Fatal("accepted")
	}
	for _, name := range []string{"BOT_TOKEN", "API_ID", "API_HASH", "MONGO_URIS", "PAGE_SIZE", "LOG_FORMAT", "TELEGRAM_ADDR", "TELEGRAM_KEY", "REDIS_URL", "ROLES", "HTTP_ADDR", "TRUSTED_PROXIES", "OPERATOR_TOKEN", "TRACES_URL", "HTTP_PER_SECOND", "POSTGRES_CONNECTIONS", "TIME_ZONE"} {
		if !strings.Contains(err.Error(), "PAVILION_"+name+": ") {
			t.Errorf("%s is not named in:\n%v", name, err)
		}
	}
	for _, value := range []string{"token-value", "secret-number", "password-value", "nonsense", "cook", "proxy-name", "short", "trace-sink", "zone-name"} {
		if strings.Contains(err.Error(), value) {
			t.Errorf("the error prints %q:\n%v", value, err)
		}
	}
}

func TestLoad_WhatCouldNotWorkIsRefused(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, value string }{
		{"TRUSTED_PROXIES", "0.0.0.0/0"},
		{"TRUSTED_PROXIES", "10.0.0.0/8,::/0"},
		{"TRUSTED_PROXIES", "0.0.0.0/1,128.0.0.0/1"},
		{"SEND_PER_SECOND", "Inf"},
		{"SEND_PER_CHAT", "+inf"},
		{"SEND_PER_GROUP", "NaN"},
		{"HTTP_PER_SECOND", "Infinity"},
		{"HTTP_ADDRESS_PER_SECOND", "1e300"},
		{"ADMINS", "0"},
		{"ADMINS", "7,-5"},
		{"HTTP_ADDR", ":http"},
		{"HTTP_ADDR", ":99999"},
		{"TELEGRAM_ADDR", "host:port"},
		{"MONGO_LIMIT_MB", "9223372036854775807"},
		{"POSTGRES_URL", "mysql://host/x"},
		{"POSTGRES_URL", "postgres://host:port/x"},
		{"POSTGRES_URL", "postgres://host/x?sslmode=perhaps"},
		{"POSTGRES_URL", "postgres://host/x?pool_max_conns=many"},
		{"REDIS_URL", "http://host"},
		{"REDIS_URL", "redis://host/base"},
		{"PUBLIC_URL", "club.example"},
		{"HTTP_ORIGINS", "https://club.example,club.example"},
		{"HTTP_ORIGINS", "https://club.example/app"},
		{"HTTP_ORIGINS", "https://club.example/"},
		{"HTTP_ORIGINS", "*"},
		{"HTTP_ORIGINS", "https://*"},
		{"HTTP_ORIGINS", "https://me@club.example"},
		{"STRIPE_URL", "stripe"},
		{"MONGO_URIS", " "},
		{"MONGO_URIS", "mongodb://u:p%zz@a/x"},
		{"MONGO_URIS", "mongodb+srv://a:1/x"},
	} {
		settings := validSettings()
		settings["PAVILION_"+c.name] = c.value
		_, err := load(settings)
		if err == nil || !strings.Contains(err.Error(), "PAVILION_"+c.name+": ") {
			t.Errorf("%s=%s: %v", c.name, c.value, err)
		}
	}
}

func TestLoad_ParseErrorsSpeakOfVariablesNotOfGo(t *testing.T) {
	t.Parallel()
	fields, err := env.GetFieldParams(&config.Config{})
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range fields {
		settings := validSettings()
		settings["PAVILION_"+f.Key] = "\x00,:"
		_, err := load(settings)
		if err == nil {
			continue // a text
		}
		for line := range strings.Lines(err.Error()) {
			if !strings.HasPrefix(line, "PAVILION_") || strings.Contains(line, "netip") || strings.Contains(line, "[]") || strings.Contains(line, "slog") || strings.Contains(line, "int64") || strings.Contains(line, "as int") {
				t.Errorf("%s: %s", f.Key, line)
			}
		}
	}
}

func TestLoad_EveryURLAtOnce(t *testing.T) {
	t.Parallel()
	settings := validSettings()
	maps.Copy(settings, map[string]string{
		"PAVILION_POSTGRES_URL": "postgres://host:port/x", "PAVILION_REDIS_URL": "redis://host/base", "PAVILION_TRACES_URL": "collector", "PAVILION_PUBLIC_URL": "club",
		"PAVILION_MONGO_URIS": "mongodb://u:pa%ss@a/x mongodb://b mongodb://c/y mongodb://c/y",
	})
	_, err := load(settings)
	for _, want := range []string{"POSTGRES_URL: ", "REDIS_URL: ", "TRACES_URL: ", "PUBLIC_URL: ", "MONGO_URIS: URI 1 ", "MONGO_URIS: URI 2 ", "MONGO_URIS: URI 4 "} {
		if err == nil || !strings.Contains(err.Error(), "PAVILION_"+want) {
			t.Errorf("no %q in:\n%v", want, err)
		}
	}
}

func TestLoad_MisspeltVariablesOfTheEnvironment(t *testing.T) {
	t.Parallel()
	settings := validSettings()
	settings["PAVILION_POSTGRES_CONECTIONS"] = "7"
	settings["PAVILION_EMPTY"] = ""
	_, err := load(settings)
	for _, want := range []string{"PAVILION_POSTGRES_CONECTIONS: ", "PAVILION_EMPTY: "} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s passes: %v", want, err)
		}
	}
	settings = validSettings()
	for _, foreign := range []string{"PATH", "PAVILIONS", "PAVILION_CACHE", "PAVILION_SERVICE_HOST", "PAVILION_SERVICE_PORT_HTTP", "PAVILION_PORT", "PAVILION_PORT_8080_TCP_ADDR", "PAVILION_HTTP_SERVICE_HOST", "PAVILION_REDIS_MASTER_PORT_6379_TCP_ADDR", "PAVILION_REDIS_MASTER_PORT"} {
		settings[foreign] = "x"
	}
	if _, err := load(settings); err != nil {
		t.Errorf("variables that Kubernetes and the tests set: %v", err)
	}
}

func TestLoad_SecretsComeFromFiles(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write := func(name, content string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	token, hash := write("token", "77:from-a-file\n"), write("hash", "other-hash\r\n")
	listed := write("pavilion.env", "PAVILION_BOT_TOKEN=\nPAVILION_BOT_TOKEN_FILE="+token+"\nPAVILION_API_HASH=listed\n")

	settings := validSettings()
	delete(settings, "PAVILION_BOT_TOKEN")
	delete(settings, "PAVILION_API_HASH")
	settings["PAVILION_CONFIG"], settings["PAVILION_API_HASH_FILE"], settings["PAVILION_OPERATOR_TOKEN_FILE"] = listed, hash, ""
	c, err := load(settings)
	if err != nil {
		t.Fatal(err)
	}
	if c.BotToken.Reveal() != "77:from-a-file" {
		t.Error("the file of the settings cannot name a file with a secret")
	}
	if c.APIHash.Reveal() != "other-hash" {
		t.Errorf("a _FILE of the environment does not replace the file's value: %q", c.APIHash.Reveal())
	}

	for name, files := range map[string]map[string]string{
		"is set as well": {"PAVILION_API_HASH_FILE": hash},
		"no readable":    {"PAVILION_OPERATOR_TOKEN_FILE": filepath.Join(dir, "the-secret-itself")},
		"at most 64 kB":  {"PAVILION_LINK_KEYS_FILE": write("large", strings.Repeat("k", 1<<20))},
		"is a directory": {"PAVILION_SMS_TOKEN_FILE": dir},
		"no such":        {"PAVILION_CONFIGURATION_FILE": hash},
	} {
		settings := validSettings()
		maps.Copy(settings, files)
		_, err := load(settings)
		variable := slices.Collect(maps.Keys(files))[0]
		if err == nil || !strings.Contains(err.Error(), variable+": ") {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if strings.Contains(err.Error(), "the-secret-itself") || strings.Contains(err.Error(), dir) {
			t.Errorf("%s: the error quotes the value: %v", name, err)
		}
	}
}

func TestPools_EveryDatabaseOnce(t *testing.T) {
	t.Parallel()
	for list, want := range map[string]string{
		"mongodb://a/one mongodb://b/one":                       "archive 1:one archive 2:one",
		"old=mongodb+srv://u:p@c.example/x?retryWrites=true":    "old:x",
		"mongodb://u:p@h1:27017,h2:27018,h3/files?replicaSet=r": "archive 1:files",
		"mongodb://a/one mongodb://A:27017/one?w=1":             "",
		"mongodb://u:p@h1,h2/one mongodb://h2:27017,h1/one":     "",
		"same=mongodb://a/one same=mongodb://b/two":             "",
		"mongodb://a":      "",
		"mongodb://a/":     "",
		"mongodb:///one":   "",
		"http://a/one":     "",
		"=mongodb://a/one": "",
	} {
		env := validSettings()
		env["PAVILION_MONGO_URIS"] = list
		c, err := load(env)
		var names []string
		for _, p := range c.Pools() {
			names = append(names, p.Name+":"+p.Database)
		}
		if want == "" && (err == nil || !strings.Contains(err.Error(), "MONGO_URIS")) || want != "" && (err != nil || strings.Join(names, " ") != want) {
			t.Errorf("%s: %q, %v; want %q", list, names, err, want)
		}
	}
}

func TestLoad_FileUnderEnvironmentAndUnknownNames(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "pavilion.env")
	var lines []string
	for k, v := range validSettings() {
		lines = append(lines, k+"='"+v+"'")
	}
	if err := os.WriteFile(file, []byte(strings.Join(append(lines, "PAVILION_PAGE_SIZE=5", "PAVILION_PAGESIZE=7"), "\n")), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := load(map[string]string{"PAVILION_CONFIG": file, "PAVILION_PAGE_SIZE": "6"})
	if c.PageSize != 6 {
		t.Errorf("page size %d; the environment wins over the file", c.PageSize)
	}
	if err == nil || !strings.Contains(err.Error(), "PAVILION_PAGESIZE") {
		t.Errorf("a misspelled setting passes: %v", err)
	}
}

func TestExample_ListsExactlyTheSettings(t *testing.T) {
	t.Parallel()
	listed, err := godotenv.Read("pavilion.env.example")
	if err != nil {
		t.Fatal(err)
	}
	fields, err := env.GetFieldParams(&config.Config{})
	if err != nil {
		t.Fatal(err)
	}
	var want []string
	for _, f := range fields {
		want = append(want, config.Prefix+f.Key)
	}
	slices.Sort(want)
	if got := slices.Sorted(maps.Keys(listed)); !slices.Equal(got, want) {
		t.Errorf("listed %v\nsettings %v", got, want)
	}
}
