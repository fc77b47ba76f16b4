package config

import (
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"net/url"
	"os"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/caarlos0/env/v11"
	"github.com/joho/godotenv"

	"pavilion/internal/secret"
)

// Config holds all settings. pavilion.env.example explains each.
type Config struct {
	BotToken     secret.String `env:"BOT_TOKEN,required"`
	APIID        int           `env:"API_ID,required"`
	APIHash      secret.String `env:"API_HASH,required"`
	TelegramAddr string        `env:"TELEGRAM_ADDR"`
	TelegramDC   int           `env:"TELEGRAM_DC" envDefault:"2"`
	TelegramKey  string        `env:"TELEGRAM_KEY"`
	Admins       []int64       `env:"ADMINS"`

	PostgresURL  secret.String `env:"POSTGRES_URL,required"`
	PostgresMost int32         `env:"POSTGRES_CONNECTIONS" envDefault:"20"`
	RedisURL     secret.String `env:"REDIS_URL,required"`
	MongoURIs    secret.String `env:"MONGO_URIS,required"`
	MongoLimitMB int64         `env:"MONGO_LIMIT_MB" envDefault:"512"`
	Migrate      bool          `env:"MIGRATE" envDefault:"true"`

	QueueSize     int     `env:"QUEUE_SIZE" envDefault:"2000"`
	PageSize      int     `env:"PAGE_SIZE" envDefault:"8"`
	SendPerSecond float64 `env:"SEND_PER_SECOND" envDefault:"30"`
	SendPerChat   float64 `env:"SEND_PER_CHAT" envDefault:"1"`
	SendPerGroup  float64 `env:"SEND_PER_GROUP" envDefault:"20"`

	Roles            []string       `env:"ROLES" envDefault:"bot,http,worker"`
	HTTPAddr         string         `env:"HTTP_ADDR" envDefault:":8080"`
	TrustedProxies   []netip.Prefix `env:"TRUSTED_PROXIES"`
	HTTPOrigins      []string       `env:"HTTP_ORIGINS"`
	OperatorToken    secret.String  `env:"OPERATOR_TOKEN"`
	AddressPerSecond float64        `env:"HTTP_ADDRESS_PER_SECOND" envDefault:"50"`
	HTTPPerSecond    float64        `env:"HTTP_PER_SECOND" envDefault:"1000"`
	ReadsPerMinute   int            `env:"HTTP_READS_PER_MINUTE" envDefault:"120"`
	WritesPerMinute  int            `env:"HTTP_WRITES_PER_MINUTE" envDefault:"30"`
	SignInsPerMinute int            `env:"HTTP_SIGN_INS_PER_MINUTE" envDefault:"6"`
	TracesURL        string         `env:"TRACES_URL"`

	Environment     string           `env:"ENVIRONMENT" envDefault:"production"`
	PublicURL       string           `env:"PUBLIC_URL"`
	ReturnURL       string           `env:"PAYMENT_RETURN_URL"`
	CallbackFrom    []netip.Prefix   `env:"CALLBACK_ADDRESSES"`
	StripeKey       secret.String    `env:"STRIPE_KEY"`
	StripeSecrets   secret.String    `env:"STRIPE_WEBHOOK_SECRETS"`
	StripeURL       string           `env:"STRIPE_URL"`
	RazorpayKeyID   string           `env:"RAZORPAY_KEY_ID"`
	RazorpayKey     secret.String    `env:"RAZORPAY_KEY"`
	RazorpaySecrets secret.String    `env:"RAZORPAY_WEBHOOK_SECRETS"`
	RazorpayURL     string           `env:"RAZORPAY_URL"`
	SandboxPayURL   string           `env:"SANDBOX_GATEWAY_URL"`
	SandboxPayKey   secret.String    `env:"SANDBOX_GATEWAY_KEY"`
	SandboxSecrets  secret.String    `env:"SANDBOX_GATEWAY_SECRETS"`
	ChatProvider    secret.String    `env:"TELEGRAM_PROVIDER_TOKEN"`
	StarPrices      map[string]int64 `env:"STAR_PRICES"`

	SMTPURL    secret.String `env:"SMTP_URL"`
	MailFrom   string        `env:"MAIL_FROM"`
	SMSURL     string        `env:"SMS_URL"`
	SMSAccount string        `env:"SMS_ACCOUNT"`
	SMSToken   secret.String `env:"SMS_TOKEN"`
	SMSFrom    string        `env:"SMS_FROM"`

	LogLevel    slog.Level    `env:"LOG_LEVEL" envDefault:"info"`
	LogFormat   string        `env:"LOG_FORMAT" envDefault:"json"`
	StopTimeout time.Duration `env:"STOP_TIMEOUT" envDefault:"20s"`

	pools []Pool
	key   *rsa.PublicKey
}

// Pool is one MongoDB database.
type Pool struct {
	Name     string
	URI      secret.String
	Database string
}

// Prefix begins the name of every variable.
const Prefix = "PAVILION_"

// fileVariable names the file with the settings for variables that are not set.
const fileVariable = Prefix + "CONFIG"

// Load reads and checks the settings. The error joins every mistake.
func Load(getenv func(string) string) (Config, error) {
	values := map[string]string{}
	var c Config
	if file := getenv(fileVariable); file != "" {
		var err error
		if values, err = godotenv.Read(file); err != nil {
			return c, fmt.Errorf("%s: the file cannot be read as NAME=value lines", fileVariable) // the parser's error quotes lines, which contain secrets
		}
	}
	fields, err := env.GetFieldParams(&c)
	if err != nil {
		return c, fmt.Errorf("settings: %w", err)
	}
	known := map[string]bool{}
	for _, f := range fields {
		known[Prefix+f.Key] = true
		if v := getenv(Prefix + f.Key); v != "" {
			values[Prefix+f.Key] = v
		}
	}
	var errs []error
	for name := range values {
		if !known[name] {
			errs = append(errs, fmt.Errorf("%s: there is no such setting", name))
		}
	}
	errs = append(errs, parseErrors(env.ParseWithOptions(&c, env.Options{Prefix: Prefix, Environment: values}))...)
	errs = append(errs, c.check()...)
	return c, errors.Join(errs...)
}

// parseErrors returns one error for each variable that cannot be parsed, without its value.
func parseErrors(err error) []error {
	var all env.AggregateError
	if !errors.As(err, &all) {
		if err == nil {
			return nil
		}
		return []error{err}
	}
	var out []error
	for _, e := range all.Errors {
		var missing env.VarIsNotSetError
		var empty env.EmptyVarError
		var parse env.ParseError
		switch {
		case errors.As(e, &missing):
			out = append(out, fmt.Errorf("%s: must be set", missing.Key))
		case errors.As(e, &empty):
			out = append(out, fmt.Errorf("%s: must not be empty", empty.Key))
		case errors.As(e, &parse):
			out = append(out, fmt.Errorf("%s: cannot be read as %s", variable(parse.Name), parse.Type))
		default:
			out = append(out, errors.New("a setting cannot be read"))
		}
	}
	return out
}

// variable returns the name of the variable of a field of Config.
func variable(field string) string {
	f, _ := reflect.TypeFor[Config]().FieldByName(field)
	key, _, _ := strings.Cut(f.Tag.Get("env"), ",")
	return Prefix + key
}

// check returns the mistakes in settings that could be parsed.
func (c *Config) check() []error {
	var errs []error
	bad := func(name, what string) { errs = append(errs, fmt.Errorf("%s%s: %s", Prefix, name, what)) }
	if number, rest, ok := strings.Cut(c.BotToken.Reveal(), ":"); !c.BotToken.Empty() && (!ok || number == "" || rest == "") {
		bad("BOT_TOKEN", "is NUMBER:SECRET, as BotFather gives it")
	}
	if c.TelegramAddr != "" {
		if _, _, err := net.SplitHostPort(c.TelegramAddr); err != nil {
			bad("TELEGRAM_ADDR", "is host:port")
		}
		key, err := parsePublicKey(c.TelegramKey)
		if err != nil {
			bad("TELEGRAM_KEY", "with an address of your own, the data centre's RSA public key is needed: PEM, or the name of a file with it")
		}
		c.key = key
	}
	for name, u := range map[string]secret.String{"POSTGRES_URL": c.PostgresURL, "REDIS_URL": c.RedisURL} {
		if parsed, err := url.Parse(u.Reveal()); !u.Empty() && (err != nil || parsed.Host == "") {
			bad(name, "is a URL: scheme://user:password@host:port/database")
		}
	}
	pools, ok := parsePools(c.MongoURIs.Reveal())
	if !ok && !c.MongoURIs.Empty() {
		bad("MONGO_URIS", "is a list of mongodb:// URIs, each with a database and optionally name= before it, apart by spaces or new lines, none twice")
	}
	c.pools = pools
	for name, positive := range map[string]bool{
		"POSTGRES_CONNECTIONS": c.PostgresMost >= 5, "MONGO_LIMIT_MB": c.MongoLimitMB > 0, "QUEUE_SIZE": c.QueueSize > 0, "PAGE_SIZE": c.PageSize > 0 && c.PageSize <= 20,
		"SEND_PER_SECOND": c.SendPerSecond > 0, "SEND_PER_CHAT": c.SendPerChat > 0, "SEND_PER_GROUP": c.SendPerGroup > 0, "STOP_TIMEOUT": c.StopTimeout > 0,
	} {
		if !positive {
			bad(name, "is out of range")
		}
	}
	for _, role := range c.Roles {
		if !slices.Contains([]string{RoleBot, RoleHTTP, RoleWorker}, role) {
			bad("ROLES", "is a list of bot, http and worker, apart by commas")
		}
	}
	if _, _, err := net.SplitHostPort(c.HTTPAddr); err != nil {
		bad("HTTP_ADDR", "is host:port, or :port for every address of this machine")
	}
	if !c.OperatorToken.Empty() && len(c.OperatorToken.Reveal()) < 16 {
		bad("OPERATOR_TOKEN", "is too easy to guess: use 16 characters or more")
	}
	if u, err := url.Parse(c.TracesURL); c.TracesURL != "" && (err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "") {
		bad("TRACES_URL", "is the address of an OTLP collector: http://host:4318")
	}
	for name, positive := range map[string]bool{
		"HTTP_ADDRESS_PER_SECOND": c.AddressPerSecond > 0, "HTTP_PER_SECOND": c.HTTPPerSecond > 0,
		"HTTP_READS_PER_MINUTE": c.ReadsPerMinute > 0, "HTTP_WRITES_PER_MINUTE": c.WritesPerMinute > 0, "HTTP_SIGN_INS_PER_MINUTE": c.SignInsPerMinute > 0,
	} {
		if !positive {
			bad(name, "is out of range")
		}
	}
	errs = append(errs, c.checkPayments()...)
	errs = append(errs, c.checkCouriers()...)
	if c.LogFormat != "json" && c.LogFormat != "text" {
		bad("LOG_FORMAT", "is json or text")
	}
	return errs
}

// The roles of a process. Of the processes with the role bot, one at a time is connected to Telegram; the other roles run in all of them.
const (
	RoleBot    = "bot"
	RoleHTTP   = "http"
	RoleWorker = "worker"
)

// Has reports whether the process has a role.
func (c Config) Has(role string) bool { return slices.Contains(c.Roles, role) }

// Pools returns the MongoDB databases.
func (c Config) Pools() []Pool { return c.pools }

// Key returns the public key of the data centre, nil for Telegram's own.
func (c Config) Key() *rsa.PublicKey { return c.key }

// parsePools parses a list of [name=]mongodb://host,host/database. It refuses a name or a database that occurs twice: the index would take the files of
// such a database for duplicates and delete them.
func parsePools(list string) ([]Pool, bool) {
	var out []Pool
	seen := map[string]bool{}
	for i, item := range strings.Fields(list) {
		p := Pool{Name: fmt.Sprintf("archive %d", i+1)}
		if name, rest, ok := strings.Cut(item, "=mongodb"); ok {
			p.Name, item = name, "mongodb"+rest
		}
		hosts, database := parseMongoURI(item)
		place := strings.Join(hosts, ",") + "/" + database
		if len(hosts) == 0 || database == "" || p.Name == "" || seen[place] || seen[p.Name] {
			return nil, false
		}
		seen[place], seen[p.Name] = true, true
		p.URI, p.Database = secret.New(item), database
		out = append(out, p)
	}
	return out, len(out) > 0
}

// parseMongoURI returns the hosts and the database of a MongoDB URI. net/url cannot parse the several hosts of a replica set. The driver checks the rest.
func parseMongoURI(uri string) (hosts []string, database string) {
	scheme, rest, _ := strings.Cut(uri, "://")
	if scheme != "mongodb" && scheme != "mongodb+srv" {
		return nil, ""
	}
	authority, path, _ := strings.Cut(rest, "/")
	authority = authority[strings.LastIndex(authority, "@")+1:]
	database, _, _ = strings.Cut(path, "?")
	for host := range strings.SplitSeq(strings.ToLower(authority), ",") {
		if host == "" {
			return nil, ""
		}
		if scheme == "mongodb" && !strings.Contains(host, ":") {
			host += ":27017"
		}
		hosts = append(hosts, host)
	}
	slices.Sort(hosts)
	return hosts, database
}

func parsePublicKey(text string) (*rsa.PublicKey, error) {
	if !strings.Contains(text, "BEGIN") {
		data, err := os.ReadFile(text) //nolint:gosec // the operator names the file
		if err != nil {
			return nil, err
		}
		text = string(data)
	}
	block, _ := pem.Decode([]byte(strings.ReplaceAll(text, `\n`, "\n")))
	if block == nil {
		return nil, errors.New("no PEM")
	}
	return x509.ParsePKCS1PublicKey(block.Bytes)
}
