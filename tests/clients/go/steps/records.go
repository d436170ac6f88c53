// Package steps has the records of every topic (tests/clients/run.py has the rule) and the steps.
package steps

import (
	"bytes"
	"fmt"
	"strconv"
	"time"
)

const (
	Partitions     = 3
	firstTimestamp = 1700000000000
	Patience       = 60 * time.Second
)

type Record struct {
	Partition int32
	Offset    int64
	Timestamp int64
	Key       []byte
	Value     []byte
	Header    []byte // of the name "h", the only one
}

// RecordAt is the record of that number, which is not an offset.
func RecordAt(i int64) Record {
	value := make([]byte, i%200)
	for j := range value {
		value[j] = byte(i + int64(j))
	}
	text := strconv.FormatInt(i, 10)
	return Record{int32(i % Partitions), i / Partitions, firstTimestamp + i, []byte("k" + text),
		value, []byte(text)}
}

// Reader holds what is read against what belongs there, of each partition in order.
type Reader struct {
	ends [Partitions]int64
	left int64
	err  error
}

// Take gives false when no more is wanted.
func (r *Reader) Take(got Record) bool {
	if r.left == 0 || r.err != nil {
		return false
	}
	wanted := RecordAt(r.ends[got.Partition]*Partitions + int64(got.Partition))
	if got.Offset != wanted.Offset || got.Timestamp != wanted.Timestamp ||
		!bytes.Equal(got.Key, wanted.Key) || !bytes.Equal(got.Value, wanted.Value) ||
		!bytes.Equal(got.Header, wanted.Header) {
		r.err = fmt.Errorf("it reads %v, not %v", got, wanted)
	}
	r.ends[got.Partition]++
	r.left--
	return r.left > 0 && r.err == nil
}
