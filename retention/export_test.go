package retention

// InBatchesOf makes the batches smaller.
func (r *Retention) InBatchesOf(rows int) *Retention {
	r.batch = rows
	return r
}
