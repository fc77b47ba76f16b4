package deploy_test

import (
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/caarlos0/env/v11"
	"github.com/compose-spec/compose-go/v2/cli"
	"github.com/compose-spec/compose-go/v2/types"
	"github.com/joho/godotenv"

	"pavilion/config"
	"pavilion/internal/secret"
)

// compose loads compose.yaml as `docker compose config` does, with a .env of the example and more lines.
func compose(t *testing.T, more map[string]string, profiles ...string) *types.Project {
	t.Helper()
	values, err := godotenv.Read("compose.env.example")
	if err != nil {
		t.Fatal(err)
	}
	maps.Copy(values, more)
	dir := t.TempDir()
	text, err := os.ReadFile("../compose.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string][]byte{"compose.yaml": text, ".env": []byte(envLines(values))} {
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	o, err := cli.NewProjectOptions([]string{filepath.Join(dir, "compose.yaml")}, cli.WithWorkingDirectory(dir), cli.WithEnvFiles(), cli.WithDotEnv, cli.WithDefaultProfiles(profiles...))
	if err != nil {
		t.Fatal(err)
	}
	project, err := o.LoadProject(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return project
}

func envLines(values map[string]string) string {
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(values)) {
		b.WriteString(name + "=" + values[name] + "\n")
	}
	return b.String()
}

func TestCompose_ProfilesRunOneProcessOrTwoOfEachRole(t *testing.T) {
	t.Parallel()
	engines := []string{"migrate", "mongo-1", "mongo-2", "nginx", "postgres", "redis"}
	for _, c := range []struct {
		profiles []string
		more     []string
	}{
		{nil, []string{"pavilion"}}, // .env names the profile
		{[]string{"single", "watch"}, []string{"alertmanager", "grafana", "node", "pavilion", "prometheus"}},
		{[]string{"scale"}, []string{"bot", "http", "worker"}},
		{[]string{"single", "backup"}, []string{"backup", "pavilion"}},
	} {
		p := compose(t, nil, c.profiles...)
		if want := slices.Sorted(slices.Values(append(slices.Clone(engines), c.more...))); !slices.Equal(p.ServiceNames(), want) {
			t.Errorf("profiles %q run %q, want %q", c.profiles, p.ServiceNames(), want)
		}
	}
	// The archive needs the words and the access hashes that only the bot has, so the bot's processes serve HTTP too.
	for service, roles := range map[string]string{"bot": "bot,http", "http": "http", "worker": "worker"} {
		s := compose(t, nil, "scale").Services[service]
		if s.Deploy == nil || s.Deploy.Replicas == nil || *s.Deploy.Replicas != 2 || value(s, "PAVILION_ROLES") != roles {
			t.Errorf("%s: not two processes with the roles %s", service, roles)
		}
	}
	for service, name := range map[string]string{"pavilion": "archive", "bot": "archive", "http": "pavilion"} {
		if edge := compose(t, nil, "single", "scale").Services[service].Networks["edge"]; edge == nil || !slices.Contains(edge.Aliases, name) {
			t.Errorf("nginx does not find %s as %s", service, name)
		}
	}
}

func value(s types.ServiceConfig, name string) string {
	if v := s.Environment[name]; v != nil {
		return *v
	}
	return ""
}

// TestCompose_EverySettingReachesTheProcess writes every setting that is no secret into .env.
func TestCompose_EverySettingReachesTheProcess(t *testing.T) {
	t.Parallel()
	fields, err := env.GetFieldParamsWithOptions(&config.Config{}, env.Options{Prefix: config.Prefix})
	if err != nil {
		t.Fatal(err)
	}
	more := map[string]string{}
	for _, f := range fields {
		more[f.Key] = "given"
	}
	s := compose(t, more).Services["pavilion"]
	for _, f := range fields {
		if file := value(s, f.Key+"_FILE"); file != "" {
			if name := strings.ToLower(strings.TrimPrefix(f.Key, config.Prefix)); file != "/run/secrets/"+name {
				t.Errorf("%s comes from %s", f.Key, file)
			}
			if !slices.ContainsFunc(s.Secrets, func(c types.ServiceSecretConfig) bool { return "/run/secrets/"+c.Source == file }) {
				t.Errorf("%s names %s, which the service does not have", f.Key, file)
			}
			continue
		}
		if value(s, f.Key) == "" {
			t.Errorf("%s does not reach the process", f.Key)
		}
	}
}

// TestCompose_EverySecretIsAFileOfEachProcess: only the keys of the sandbox's gateway are plain settings.
func TestCompose_EverySecretIsAFileOfEachProcess(t *testing.T) {
	t.Parallel()
	p := compose(t, nil, "single", "scale", "backup")
	secrets := 0
	for f := range reflect.TypeFor[config.Config]().Fields() {
		name, _, _ := strings.Cut(f.Tag.Get("env"), ",")
		if f.Type != reflect.TypeFor[secret.String]() || strings.HasPrefix(name, "SANDBOX_") {
			continue
		}
		secrets++
		for _, service := range []string{"pavilion", "http", "worker", "bot", "backup", "migrate"} {
			s := p.Services[service]
			file := value(s, config.Prefix+name+"_FILE")
			if !slices.ContainsFunc(s.Secrets, func(c types.ServiceSecretConfig) bool { return "/run/secrets/"+c.Source == file }) {
				t.Errorf("%s gets %s%s from the file %q, which is no secret of it", service, config.Prefix, name, file)
			}
		}
	}
	if secrets < 10 {
		t.Errorf("the configuration has only %d secrets", secrets)
	}
}

func TestCompose_EveryServiceIsBoundedAndHardened(t *testing.T) {
	t.Parallel()
	p := compose(t, nil, "single", "scale", "watch", "backup")
	ends := []string{"backup", "migrate"} // by themselves
	for name, s := range p.Services {
		switch {
		case s.MemLimit == 0:
			t.Errorf("%s: no limit of memory", name)
		case s.PidsLimit == 0:
			t.Errorf("%s: no limit of processes", name)
		case s.Logging == nil || s.Logging.Options["max-size"] == "" || s.Logging.Options["max-file"] == "":
			t.Errorf("%s: its log has no bound", name)
		case !s.ReadOnly || !slices.Contains(s.CapDrop, "ALL") || !slices.Contains(s.SecurityOpt, "no-new-privileges:true"):
			t.Errorf("%s: not hardened", name)
		case s.HealthCheck == nil || !slices.Contains(ends, name) && (s.HealthCheck.Disable || len(s.HealthCheck.Test) == 0):
			t.Errorf("%s: no health check", name)
		case len(s.Ports) > 0 && name != "nginx" && s.Ports[0].HostIP != "127.0.0.1":
			t.Errorf("%s: reachable from outside", name)
		}
		for variable, v := range s.Environment {
			if v != nil && *v != "" && !strings.HasSuffix(variable, "FILE") && (strings.Contains(variable, "PASSWORD") || strings.Contains(variable, "SECRET") || strings.HasSuffix(variable, "TOKEN")) {
				t.Errorf("%s: %s is no file", name, variable)
			}
		}
	}
	if !p.Networks["engines"].Internal {
		t.Error("the databases can reach the internet")
	}
}

func TestCompose_EachProcessIsCheckedByPavilionHealth(t *testing.T) {
	t.Parallel()
	p := compose(t, nil, "single", "scale")
	for _, name := range []string{"pavilion", "http", "worker", "bot"} {
		if check := p.Services[name].HealthCheck; !slices.Equal(check.Test, []string{"CMD", "/pavilion", "health"}) {
			t.Errorf("%s is checked by %q", name, check.Test)
		}
	}
}

// TestCompose_GrafanaHasTheDashboard follows the provisioned folder and the data source to their services.
func TestCompose_GrafanaHasTheDashboard(t *testing.T) {
	t.Parallel()
	p := compose(t, nil, "single", "watch")
	read := func(file string) string {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	provider, source := read("grafana/provisioning/dashboards/pavilion.yaml"), read("grafana/provisioning/datasources/prometheus.yaml")
	var mounted []string
	for _, v := range p.Services["grafana"].Volumes {
		mounted = append(mounted, v.Target)
		if strings.HasSuffix(v.Source, "/deploy/grafana/pavilion.json") && !strings.Contains(provider, "path: "+filepath.Dir(v.Target)+"}") {
			t.Errorf("the dashboard is mounted at %s, and Grafana reads\n%s", v.Target, provider)
		}
	}
	for _, target := range []string{"/etc/grafana/provisioning", "/var/lib/grafana-dashboards/pavilion.json"} {
		if !slices.Contains(mounted, target) {
			t.Errorf("nothing is mounted at %s: %q", target, mounted)
		}
	}
	if _, ok := p.Services["prometheus"]; !ok || !strings.Contains(source, `"http://prometheus:9090"`) {
		t.Errorf("the data source leads to no service:\n%s", source)
	}
}

func TestCompose_ABackupMigratesNothingAndReachesPoolsElsewhere(t *testing.T) {
	t.Parallel()
	p := compose(t, nil, "single", "backup")
	if needs := slices.Sorted(maps.Keys(p.Services["backup"].DependsOn)); !slices.Equal(needs, []string{"mongo-1", "mongo-2", "postgres"}) {
		t.Errorf("a backup first starts %q", needs)
	}
	for _, name := range []string{"backup", "migrate"} { // migrate restores, too
		if joined := slices.Sorted(maps.Keys(p.Services[name].Networks)); !slices.Equal(joined, []string{"edge", "engines"}) {
			t.Errorf("%s is in the networks %q", name, joined)
		}
	}
}

// TestSecrets_MakesEveryFileOnce runs deploy/secrets in a copy of the folder.
func TestSecrets_MakesEveryFileOnce(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	script, err := os.ReadFile("secrets")
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "secrets")
	if err := os.WriteFile(path, script, 0o700); err != nil { //nolint:gosec // a program
		t.Fatal(err)
	}
	run := func(answers string) map[string]string {
		cmd := exec.CommandContext(t.Context(), path)
		cmd.Stdin = strings.NewReader(answers)
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		files := map[string]string{}
		for name := range compose(t, nil, "single", "scale", "watch").Secrets {
			text, err := os.ReadFile(filepath.Join(dir, "secrets.d", name))
			if err != nil {
				t.Errorf("the secret %s: %v", name, err)
			}
			files[name] = string(text)
		}
		return files
	}
	first := run("12:token\nhash\n")
	if first["bot_token"] != "12:token" || first["api_hash"] != "hash" || first["sms_token"] != "" || len(first["redis_password"]) != 48 ||
		!strings.Contains(first["postgres_url"], first["postgres_app_password"]) || !strings.Contains(first["mongo_uris"], first["mongo_password"]) {
		t.Errorf("made %q", first)
	}
	s := compose(t, map[string]string{"PAVILION_API_ID": "1", "PAVILION_STAR_PRICES": "INR:150"}).Services["pavilion"]
	var environ []string
	for name := range s.Environment {
		environ = append(environ, name+"="+strings.Replace(value(s, name), "/run/secrets", filepath.Join(dir, "secrets.d"), 1))
	}
	if c, err := config.Load(environ); err != nil || c.BotToken.Reveal() != "12:token" || len(c.Pools()) != 2 || c.PostgresURL.Reveal() != first["postgres_url"] {
		t.Errorf("the process does not take the settings of compose.yaml: %v", err)
	}
	if again := run("another\nanother\nkey\n"); again["postgres_url"] != first["postgres_url"] || again["bot_token"] != "12:token" || again["stripe_key"] != "another" {
		t.Error("the second run replaces what is there, or does not ask for what is not")
	}
	if info, err := os.Stat(filepath.Join(dir, "secrets.d")); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("the folder is open: %v %v", info, err)
	}
}
