// franz-go as a client of tests/clients/run.py.
package main

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"

	"rill/clients/steps"
)

type client struct {
	address string
	admin   *kadm.Client
}

var background = context.Background()

func connect(address string) steps.Client {
	plain, err := kgo.NewClient(kgo.SeedBrokers(address))
	if err != nil {
		panic(err)
	}
	return &client{address, kadm.NewClient(plain)}
}

func (c *client) CreateTopic(topic string, configs map[string]string) error {
	pointers := map[string]*string{}
	for name, value := range configs {
		pointers[name] = kadm.StringPtr(value)
	}
	_, err := c.admin.CreateTopic(background, steps.Partitions, 1, pointers, topic)
	return err
}

func (c *client) DeleteTopic(topic string) error {
	_, err := c.admin.DeleteTopic(background, topic)
	return err
}

// PartitionsOf asks with a client of its own, for one keeps metadata for some time.
func (c *client) PartitionsOf(topic string) (int, error) {
	fresh, err := kgo.NewClient(kgo.SeedBrokers(c.address))
	if err != nil {
		return 0, err
	}
	defer fresh.Close()
	topics, err := kadm.NewClient(fresh).ListTopics(background)
	return len(topics[topic].Partitions), err
}

func (c *client) ConfigOf(topic, name string) (string, error) {
	described, err := c.admin.DescribeTopicConfigs(background, topic)
	if err != nil {
		return "", err
	}
	resource, err := described.On(topic, nil)
	for _, config := range resource.Configs {
		if config.Key == name {
			return config.MaybeValue(), err
		}
	}
	return "", errors.Join(err, errors.New("no such config"))
}

func (c *client) SetConfig(topic, name, value string) error {
	change := kadm.AlterConfig{Op: kadm.SetConfig, Name: name, Value: &value}
	answers, err := c.admin.AlterTopicConfigs(background, []kadm.AlterConfig{change}, topic)
	if err != nil {
		return err
	}
	answer, err := answers.On(topic, nil)
	return errors.Join(err, answer.Err)
}

func (c *client) DeleteRecords(topic string, partition int32, before int64) error {
	offsets := kadm.Offsets{}
	offsets.AddOffset(topic, partition, before, -1)
	answers, err := c.admin.DeleteRecords(background, offsets)
	return errors.Join(err, answers.Error())
}

func (c *client) FirstOffset(topic string, partition int32) (int64, error) {
	listed, err := c.admin.ListStartOffsets(background, topic)
	offset, _ := listed.Lookup(topic, partition)
	return offset.Offset, errors.Join(err, offset.Err)
}

func (c *client) OffsetAt(topic string, partition int32, time int64) (int64, error) {
	listed, err := c.admin.ListOffsetsAfterMilli(background, time, topic)
	offset, _ := listed.Lookup(topic, partition)
	return offset.Offset, errors.Join(err, offset.Err)
}

func (c *client) Produce(topic string, count int64, how steps.Producing) error {
	codecs := map[string]kgo.CompressionCodec{
		"none": kgo.NoCompression(), "gzip": kgo.GzipCompression(), "snappy": kgo.SnappyCompression(),
		"lz4": kgo.Lz4Compression(), "zstd": kgo.ZstdCompression()}
	acks := map[int]kgo.Acks{0: kgo.NoAck(), 1: kgo.LeaderAck(), -1: kgo.AllISRAcks()}
	options := []kgo.Opt{kgo.SeedBrokers(c.address), kgo.ProducerBatchCompression(codecs[how.Codec]),
		kgo.RequiredAcks(acks[how.Acks]), kgo.RecordPartitioner(kgo.ManualPartitioner())}
	if !how.Idempotent {
		options = append(options, kgo.DisableIdempotentWrite())
	}
	producer, err := kgo.NewClient(options...)
	if err != nil {
		return err
	}
	defer producer.Close()
	var failure error
	var once sync.Once
	for i := int64(0); i < count; i++ {
		r := steps.RecordAt(i)
		record := &kgo.Record{Topic: topic, Partition: r.Partition, Key: r.Key, Value: r.Value,
			Timestamp: time.UnixMilli(r.Timestamp),
			Headers:   []kgo.RecordHeader{{Key: "h", Value: r.Header}}}
		producer.Produce(background, record, func(_ *kgo.Record, err error) {
			if err != nil {
				once.Do(func() { failure = err })
			}
		})
	}
	return errors.Join(producer.Flush(background), failure)
}

func (c *client) Read(topic string, partitions []int32, offset int64, take func(steps.Record) bool) error {
	from := map[int32]kgo.Offset{}
	for _, p := range partitions {
		from[p] = kgo.NewOffset().At(offset)
	}
	consumer, err := kgo.NewClient(kgo.SeedBrokers(c.address),
		kgo.ConsumePartitions(map[string]map[int32]kgo.Offset{topic: from}))
	if err != nil {
		return err
	}
	defer consumer.Close()
	for {
		late, cancel := context.WithTimeout(background, steps.Patience)
		fetches := consumer.PollFetches(late)
		cancel()
		if err := fetches.Err(); err != nil {
			return err
		}
		for _, r := range fetches.Records() {
			if len(r.Headers) != 1 || r.Headers[0].Key != "h" {
				return fmt.Errorf("headers %v at %d", r.Headers, r.Offset)
			}
			if !take(steps.Record{Partition: r.Partition, Offset: r.Offset,
				Timestamp: r.Timestamp.UnixMilli(), Key: r.Key, Value: r.Value,
				Header: r.Headers[0].Value}) {
				return nil
			}
		}
	}
}

func (c *client) Member(in steps.Membership, read func(int32, int64) bool, leaving func() bool) error {
	options := []kgo.Opt{kgo.SeedBrokers(c.address), kgo.ConsumerGroup(in.Group),
		kgo.ConsumeTopics(in.Topic), kgo.DisableAutoCommit(),
		kgo.ConsumeResetOffset(kgo.NewOffset().AtStart())}
	if in.ByBroker { // which says how often it wants to hear of its members
		options = append(options, kgo.ServerSideBalancer(), kgo.Balancers(kgo.StickyBalancer()))
	} else {
		options = append(options, kgo.SessionTimeout(6*time.Second),
			kgo.HeartbeatInterval(500*time.Millisecond))
	}
	consumer, err := kgo.NewClient(options...)
	if err != nil {
		return err
	}
	defer consumer.Close()
	for !leaving() {
		soon, cancel := context.WithTimeout(background, 100*time.Millisecond)
		fetches := consumer.PollFetches(soon)
		cancel()
		for _, r := range fetches.Records() {
			more := read(r.Partition, r.Offset)
			// Where the group has moved on meanwhile, the next record's commit stands for this one, too.
			err := consumer.CommitRecords(background, r)
			if err != nil && !errors.Is(err, kerr.StaleMemberEpoch) {
				return err
			}
			if !more {
				return nil
			}
		}
	}
	return nil
}

func main() { steps.Main(connect) }
