package engines

import "context"

// A server that the environment names is not stopped. Its relay is closed instead, and its data stays.

// StopMongo stops pool i and keeps its data. It sends SIGTERM instead of SIGKILL, because the stand-ins, unlike MongoDB, keep a journaled write in
// memory for a moment.
func (e *Engines) StopMongo(i int) { e.mongo[i].stop() }

// StartMongo starts pool i again, with the same port and data.
func (e *Engines) StartMongo(ctx context.Context, i int) error { return e.mongo[i].start(ctx) }

// PauseMongo makes pool i hang: connections stay open without answers. ResumeMongo ends it.
func (e *Engines) PauseMongo(i int) error { return e.mongo[i].pause() }

// ResumeMongo ends PauseMongo.
func (e *Engines) ResumeMongo(i int) error { return e.mongo[i].resume() }

// StopRedis kills Redis, which loses its data.
func (e *Engines) StopRedis() { e.redis.kill() }

// StartRedis starts an empty Redis on the same port.
func (e *Engines) StartRedis(ctx context.Context) error { return e.redis.start(ctx) }

// StopPostgres kills Postgres and keeps its data.
func (e *Engines) StopPostgres() { e.postgres.kill() }

// StartPostgres starts Postgres again, with the same port and data.
func (e *Engines) StartPostgres(ctx context.Context) error { return e.postgres.start(ctx) }

// PauseRedis makes Redis hang: connections stay open without answers. ResumeRedis ends it.
func (e *Engines) PauseRedis() error { return e.redis.pause() }

// ResumeRedis ends PauseRedis.
func (e *Engines) ResumeRedis() error { return e.redis.resume() }
