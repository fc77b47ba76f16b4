package config_test

import (
	"fmt"

	"pavilion/config"
)

// Load takes the environment as os.Environ returns it. The error names every mistake and no value.
func ExampleLoad() {
	environ := []string{
		"PAVILION_BOT_TOKEN=12345:secret", "PAVILION_API_ID=1", "PAVILION_API_HASH=secret",
		"PAVILION_POSTGRES_URL=postgres://pavilion:secret@localhost/pavilion", "PAVILION_REDIS_URL=redis://localhost:6379/0",
		"PAVILION_MONGO_URIS=old=mongodb://a.example/archive mongodb://b.example/archive",
	}
	cfg, err := config.Load(environ)
	fmt.Println(cfg.BotToken, cfg.PageSize, err)
	for _, pool := range cfg.Pools() {
		fmt.Println(pool.Name, pool.Database)
	}

	_, err = config.Load(append(environ, "PAVILION_API_ID=one", "PAVILION_LOG_FORMAT=xml", "PAVILION_LOGFORMAT=json"))
	fmt.Println(err)
	// Output:
	// *** 8 <nil>
	// old archive
	// archive 2 archive
	// PAVILION_API_ID: is a whole number
	// PAVILION_LOGFORMAT: there is no such setting
	// PAVILION_LOG_FORMAT: is json or text
}
