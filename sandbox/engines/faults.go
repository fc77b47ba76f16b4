package engines

import "context"

// A server that the environment names is not ours to stop: there the way to it is closed instead, and what it holds stays.

// StopMongo ends pool i; its data stays. It is asked, not killed: the stand-ins keep a write in memory for a moment even where the
// client asked for the journal, which MongoDB does not.
func (e *Engines) StopMongo(i int) { e.mongo[i].stop() }

// StartMongo starts pool i again on the same port and data.
func (e *Engines) StartMongo(ctx context.Context, i int) error { return e.mongo[i].start(ctx) }

// PauseMongo makes pool i hang: connections stay open, nothing answers. ResumeMongo ends it.
func (e *Engines) PauseMongo(i int) error { return e.mongo[i].pause() }

// ResumeMongo lets a paused pool answer again.
func (e *Engines) ResumeMongo(i int) error { return e.mongo[i].resume() }

// StopRedis kills Redis; what it held is gone.
func (e *Engines) StopRedis() { e.redis.kill() }

// StartRedis starts Redis again on the same port, empty.
func (e *Engines) StartRedis(ctx context.Context) error { return e.redis.start(ctx) }

// StopPostgres kills Postgres at once; its data stays.
func (e *Engines) StopPostgres() { e.postgres.kill() }

// StartPostgres starts Postgres again on the same port and data.
func (e *Engines) StartPostgres(ctx context.Context) error { return e.postgres.start(ctx) }

// PauseRedis makes Redis hang: connections stay open, nothing answers. ResumeRedis ends it.
func (e *Engines) PauseRedis() error { return e.redis.pause() }

// ResumeRedis lets a paused Redis answer again.
func (e *Engines) ResumeRedis() error { return e.redis.resume() }
