package config

import (
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/redis/go-redis/v9"

	"pavilion/internal/mongouri"
	"pavilion/internal/secret"
)

// checkServers returns the mistakes in the URLs of the databases. It asks the drivers, so that none of these URLs fails later.
func (c *Config) checkServers() []error {
	var errs []error
	bad := func(name, what string) { errs = append(errs, fmt.Errorf("%s%s: %s", Prefix, name, what)) }
	if !c.PostgresURL.Empty() {
		if _, err := pgxpool.ParseConfig(c.PostgresURL.Reveal()); err != nil || !hasHost(c.PostgresURL, "postgres", "postgresql") {
			bad("POSTGRES_URL", "is a URL: postgres://user:password@host:5432/database")
		}
	}
	if !c.RedisURL.Empty() {
		if _, err := redis.ParseURL(c.RedisURL.Reveal()); err != nil || !hasHost(c.RedisURL, "redis", "rediss") {
			bad("REDIS_URL", "is a URL: redis://user:password@host:6379/0")
		}
	}
	var wrong []string
	c.pools, wrong = parsePools(c.MongoURIs.Reveal())
	for _, what := range wrong {
		bad("MONGO_URIS", what)
	}
	return errs
}

func hasHost(u secret.String, schemes ...string) bool {
	parsed, err := url.Parse(u.Reveal())
	return err == nil && parsed.Host != "" && slices.Contains(schemes, parsed.Scheme)
}

// checkURLs returns the mistakes in the addresses of other services and of this one.
func (c *Config) checkURLs() []error {
	var errs []error
	bad := func(name, what string) { errs = append(errs, fmt.Errorf("%s%s: %s", Prefix, name, what)) }
	for name, address := range map[string]string{
		"TRACES_URL": c.TracesURL, "PUBLIC_URL": c.PublicURL, "STRIPE_URL": c.StripeURL, "RAZORPAY_URL": c.RazorpayURL, "SANDBOX_GATEWAY_URL": c.SandboxPayURL,
	} {
		if address != "" && !isWebURL(address) {
			bad(name, "is an address: https://host")
		}
	}
	if u, err := url.Parse(c.MiniApp); c.MiniApp != "" && (err != nil || u.Scheme != "https" || u.Hostname() == "") {
		bad("MINI_APP_URL", "is where the club's Mini App is served, https://host: Telegram opens no other")
	}
	if u, err := url.Parse(c.WebClient); err != nil || !isWebURL(c.WebClient) || u.Path != "" || u.RawQuery != "" || u.User != nil {
		bad("TELEGRAM_WEB", "is the site of Telegram's web client, https://web.telegram.org")
	} else if c.WebClient != telegramWeb && c.Environment != Development {
		bad("TELEGRAM_WEB", "names another site than Telegram's, which may frame the Mini App: in the environment development only")
	}
	for _, origin := range c.HTTPOrigins {
		if u, err := url.Parse(origin); !isWebURL(origin) || err != nil || u.Path != "" || u.RawQuery != "" || u.Fragment != "" || u.User != nil || strings.Contains(origin, "*") {
			bad("HTTP_ORIGINS", "is a list of sites, apart by commas, without a path: https://club.example")
			break
		}
	}
	return errs
}

// telegramWeb is the site of Telegram's web client.
const telegramWeb = "https://web.telegram.org"

func isWebURL(address string) bool {
	u, err := url.Parse(address)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Hostname() != ""
}

// parsePools parses a list of [name=]mongodb://host,host/database and returns a sentence for each mistake. It refuses a name or a database that occurs
// twice: the index would take the files of such a database for duplicates.
func parsePools(list string) (pools []Pool, wrong []string) {
	seen := map[string]bool{}
	for i, item := range strings.Fields(list) {
		p := Pool{Name: fmt.Sprintf("archive %d", i+1)}
		if name, rest, ok := strings.Cut(item, "=mongodb"); ok {
			p.Name, item = name, "mongodb"+rest
		}
		bad := func(what string) { wrong = append(wrong, fmt.Sprintf("URI %d %s", i+1, what)) }
		hosts, database := parseMongoURI(item)
		place := strings.Join(hosts, ",") + "/" + database
		switch {
		case len(hosts) == 0 || p.Name == "" || mongouri.Check(item) != nil:
			bad("cannot be read: [name=]mongodb://user:password@host:27017/database, with % and : and @ of the password written as %25, %3A and %40")
			continue
		case database == "":
			bad("names no database: mongodb://host/database")
			continue
		}
		if seen[place] {
			bad("is a database that stands in the list before")
		}
		if seen[p.Name] {
			bad("has the name of another one")
		}
		seen[place], seen[p.Name] = true, true
		p.URI, p.Database = secret.New(item), database
		pools = append(pools, p)
	}
	if len(pools) == 0 && len(wrong) == 0 && list != "" {
		wrong = append(wrong, "is empty")
	}
	return pools, wrong
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
