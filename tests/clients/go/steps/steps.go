package steps

import (
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
)

var NotInThisClient = errors.New("not in this client")

type Producing struct {
	Codec      string
	Acks       int // -1: all
	Idempotent bool
}

// Client is what a Go client does of the steps.
type Client interface {
	CreateTopic(topic string, configs map[string]string) error
	DeleteTopic(topic string) error
	// PartitionsOf is 0 where there is no such topic.
	PartitionsOf(topic string) (int, error)
	ConfigOf(topic, name string) (string, error)
	SetConfig(topic, name, value string) error
	DeleteRecords(topic string, partition int32, before int64) error
	FirstOffset(topic string, partition int32) (int64, error)
	// OffsetAt is that of the first record at the time (in ms) or later.
	OffsetAt(topic string, partition int32, time int64) (int64, error)
	// Produce has record i of RecordAt in partition i % 3, up to the count, and waits until all
	// is delivered.
	Produce(topic string, count int64, how Producing) error
	// Read begins in each partition at the offset, and ends when take gives false.
	Read(topic string, partitions []int32, offset int64, take func(Record) bool) error
	// Member is of a group; it calls read for each record and commits it. It leaves when that
	// gives false, and soon after leaving does.
	Member(in Membership, read func(partition int32, offset int64) bool, leaving func() bool) error
}

type Membership struct {
	Group, Topic string
	ByBroker     bool // by KIP-848's protocol: the broker assigns the partitions
}

type run struct {
	Client
	count  int64
	prefix string
}

func report(step string, err error) {
	switch {
	case err == nil:
		fmt.Printf("%s\tpassed\n", step)
	case errors.Is(err, NotInThisClient):
		fmt.Printf("%s\t%v\n", step, NotInThisClient)
	default:
		fmt.Printf("%s\tFAILED %s\n", step, strings.Join(strings.Fields(err.Error()), " "))
	}
}

func expect[T comparable](got, wanted T, err error) error {
	if err == nil && got != wanted {
		err = fmt.Errorf("%v, not %v", got, wanted)
	}
	return err
}

func (r *run) read(topic string, partitions []int32, offset, count int64) error {
	reader := Reader{left: count}
	for p := range reader.ends {
		reader.ends[p] = offset
	}
	if err := r.Read(topic, partitions, offset, reader.Take); err != nil {
		return err
	}
	return expect(reader.left, 0, reader.err)
}

func (r *run) produce(topic string, how Producing) error {
	if err := r.CreateTopic(topic, nil); err != nil {
		return err
	}
	if err := r.Produce(topic, r.count, how); err != nil {
		return err
	}
	return r.read(topic, []int32{0, 1, 2}, 0, r.count)
}

func (r *run) createTopic(topic string) error {
	if err := r.CreateTopic(topic, map[string]string{"retention.ms": "3600000"}); err != nil {
		return err
	}
	partitions, err := r.PartitionsOf(topic)
	return expect(partitions, Partitions, err)
}

func (r *run) retentionIs(topic, wanted string) error {
	value, err := r.ConfigOf(topic, "retention.ms")
	return expect(value, wanted, err)
}

func (r *run) alterConfigs(topic string) error {
	if err := r.SetConfig(topic, "retention.ms", "7200000"); err != nil {
		return err
	}
	return r.retentionIs(topic, "7200000")
}

func (r *run) deleteTopic(topic string) error {
	if err := r.DeleteTopic(topic); err != nil {
		return err
	}
	partitions, err := r.PartitionsOf(topic)
	return expect(partitions, 0, err)
}

func (r *run) seekToTime(topic string) error {
	wanted := r.count / 2 / Partitions
	offset, err := r.OffsetAt(topic, 0, firstTimestamp+wanted*Partitions-1)
	if err := expect(offset, wanted, err); err != nil {
		return err
	}
	return r.read(topic, []int32{0}, offset, 2)
}

func (r *run) deleteRecords(topic string) error {
	if err := r.DeleteRecords(topic, 0, 10); err != nil {
		return err
	}
	offset, err := r.FirstOffset(topic, 0)
	return expect(offset, 10, err)
}

func (r *run) all(reference string) {
	made, none := r.prefix+"-made", r.prefix+"-none"
	report("create topic", r.createTopic(made))
	report("describe configs", r.retentionIs(made, "3600000"))
	report("alter configs", r.alterConfigs(made))
	report("delete topic", r.deleteTopic(made))
	for _, codec := range []string{"none", "gzip", "snappy", "lz4", "zstd"} {
		report(codec, r.produce(r.prefix+"-"+codec, Producing{codec, -1, false}))
	}
	report("acks 0", r.produce(r.prefix+"-acks-0", Producing{"none", 0, false}))
	report("acks 1", r.produce(r.prefix+"-acks-1", Producing{"none", 1, false}))
	report("idempotent", r.produce(r.prefix+"-idempotent", Producing{"none", -1, true}))
	report("seek to offset", r.read(none, []int32{1}, r.count/6, 2))
	report("seek to time", r.seekToTime(none))
	report("delete records", r.deleteRecords(r.prefix+"-acks-1"))
	report("read reference", r.read(reference, []int32{0, 1, 2}, 0, r.count))
}

func member(client Client, in Membership, count int64) error {
	var inputEnded atomic.Bool
	go func() {
		io.Copy(io.Discard, os.Stdin)
		inputEnded.Store(true)
	}()
	var read int64
	return client.Member(in, func(partition int32, offset int64) bool {
		fmt.Println(partition, offset)
		read++
		return read != count
	}, func() bool { return count == 0 && inputEnded.Load() })
}

// Main does what the arguments say, with a client of the address.
func Main(connect func(address string) Client) {
	client, arguments := connect(os.Args[2]), os.Args[3:]
	if os.Args[1] == "steps" {
		count, _ := strconv.ParseInt(arguments[0], 10, 64)
		(&run{client, count, arguments[1]}).all(arguments[2])
		return
	}
	in := Membership{arguments[0], arguments[1], slices.Contains(arguments[3:], "consumer")}
	count, _ := strconv.ParseInt(arguments[2], 10, 64)
	if err := member(client, in, count); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
