// sarama as a client of tests/clients/run.py.
package main

import (
	"context"
	"fmt"
	"time"

	"github.com/IBM/sarama"

	"rill/clients/steps"
)

type client struct {
	address []string
	plain   sarama.Client
	admin   sarama.ClusterAdmin
}

func config() *sarama.Config {
	config := sarama.NewConfig()
	config.Version = sarama.MaxVersion
	return config
}

func connect(address string) steps.Client {
	plain, err := sarama.NewClient([]string{address}, config())
	if err != nil {
		panic(err)
	}
	admin, err := sarama.NewClusterAdminFromClient(plain)
	if err != nil {
		panic(err)
	}
	return &client{[]string{address}, plain, admin}
}

func (c *client) CreateTopic(topic string, configs map[string]string) error {
	entries := map[string]*string{}
	for name, value := range configs {
		entries[name] = &value
	}
	return c.admin.CreateTopic(topic, &sarama.TopicDetail{
		NumPartitions: steps.Partitions, ReplicationFactor: 1, ConfigEntries: entries}, false)
}

func (c *client) DeleteTopic(topic string) error { return c.admin.DeleteTopic(topic) }

func (c *client) PartitionsOf(topic string) (int, error) {
	topics, err := c.admin.ListTopics()
	return int(topics[topic].NumPartitions), err
}

func (c *client) ConfigOf(topic, name string) (string, error) {
	entries, err := c.admin.DescribeConfig(sarama.ConfigResource{
		Type: sarama.TopicResource, Name: topic, ConfigNames: []string{name}})
	if err != nil || len(entries) != 1 {
		return "", fmt.Errorf("%d configs: %w", len(entries), err)
	}
	return entries[0].Value, nil
}

func (c *client) SetConfig(topic, name, value string) error {
	return c.admin.IncrementalAlterConfig(sarama.TopicResource, topic,
		map[string]sarama.IncrementalAlterConfigsEntry{
			name: {Operation: sarama.IncrementalAlterConfigsOperationSet, Value: &value}}, false)
}

func (c *client) DeleteRecords(topic string, partition int32, before int64) error {
	return c.admin.DeleteRecords(topic, map[int32]int64{partition: before})
}

func (c *client) FirstOffset(topic string, partition int32) (int64, error) {
	return c.plain.GetOffset(topic, partition, sarama.OffsetOldest)
}

func (c *client) OffsetAt(topic string, partition int32, time int64) (int64, error) {
	return c.plain.GetOffset(topic, partition, time)
}

func (c *client) Produce(topic string, count int64, how steps.Producing) error {
	codecs := map[string]sarama.CompressionCodec{
		"none": sarama.CompressionNone, "gzip": sarama.CompressionGZIP,
		"snappy": sarama.CompressionSnappy, "lz4": sarama.CompressionLZ4,
		"zstd": sarama.CompressionZSTD}
	config := config()
	config.Producer.Compression = codecs[how.Codec]
	config.Producer.RequiredAcks = sarama.RequiredAcks(how.Acks)
	config.Producer.Partitioner = sarama.NewManualPartitioner
	config.Producer.Return.Successes = true
	config.Producer.Flush.Frequency = 5 * time.Millisecond
	if how.Idempotent {
		config.Producer.Idempotent = true
		config.Net.MaxOpenRequests = 1
	}
	producer, err := sarama.NewAsyncProducer(c.address, config)
	if err != nil {
		return err
	}
	defer producer.Close()
	go func() {
		for i := int64(0); i < count; i++ {
			r := steps.RecordAt(i)
			producer.Input() <- &sarama.ProducerMessage{Topic: topic, Partition: r.Partition,
				Key: sarama.ByteEncoder(r.Key), Value: sarama.ByteEncoder(r.Value),
				Timestamp: time.UnixMilli(r.Timestamp),
				Headers:   []sarama.RecordHeader{{Key: []byte("h"), Value: r.Header}}}
		}
	}()
	for delivered := int64(0); delivered < count; delivered++ {
		select {
		case <-producer.Successes():
		case failure := <-producer.Errors():
			return failure
		case <-time.After(steps.Patience):
			return fmt.Errorf("%d of %d are delivered", delivered, count)
		}
	}
	return nil
}

func (c *client) Read(topic string, partitions []int32, offset int64, take func(steps.Record) bool) error {
	consumer, err := sarama.NewConsumer(c.address, config())
	if err != nil {
		return err
	}
	defer consumer.Close()
	messages := make(chan *sarama.ConsumerMessage)
	done := make(chan struct{})
	defer close(done)
	for _, p := range partitions {
		part, err := consumer.ConsumePartition(topic, p, offset)
		if err != nil {
			return err
		}
		defer part.AsyncClose()
		go func() {
			for m := range part.Messages() {
				select {
				case messages <- m:
				case <-done:
					return
				}
			}
		}()
	}
	for {
		select {
		case m := <-messages:
			if len(m.Headers) != 1 || string(m.Headers[0].Key) != "h" {
				return fmt.Errorf("headers %v at %d", m.Headers, m.Offset)
			}
			if !take(steps.Record{Partition: m.Partition, Offset: m.Offset,
				Timestamp: m.Timestamp.UnixMilli(), Key: m.Key, Value: m.Value,
				Header: m.Headers[0].Value}) {
				return nil
			}
		case <-time.After(steps.Patience):
			return fmt.Errorf("nothing comes for %v", steps.Patience)
		}
	}
}

type handler struct {
	read func(int32, int64) bool
	stop context.CancelFunc
}

func (h *handler) Setup(sarama.ConsumerGroupSession) error   { return nil }
func (h *handler) Cleanup(sarama.ConsumerGroupSession) error { return nil }

// Whose turn it is: each partition has a goroutine.
var turn = make(chan struct{}, 1)

func (h *handler) ConsumeClaim(session sarama.ConsumerGroupSession, claim sarama.ConsumerGroupClaim) error {
	for {
		select {
		case m := <-claim.Messages():
			if m == nil {
				return nil
			}
			turn <- struct{}{}
			if session.Context().Err() == nil {
				more := h.read(m.Partition, m.Offset)
				session.MarkMessage(m, "")
				session.Commit()
				if !more {
					h.stop()
				}
			}
			<-turn
		case <-session.Context().Done():
			return nil
		}
	}
}

func (c *client) Member(in steps.Membership, read func(int32, int64) bool, leaving func() bool) error {
	if in.ByBroker {
		return steps.NotInThisClient
	}
	config := config()
	config.Consumer.Offsets.Initial = sarama.OffsetOldest
	config.Consumer.Offsets.AutoCommit.Enable = false
	// A commit goes over the connection of the fetches, and waits for the one before it.
	config.Consumer.MaxWaitTime = 20 * time.Millisecond
	config.Consumer.Group.Session.Timeout = 6 * time.Second
	config.Consumer.Group.Heartbeat.Interval = 500 * time.Millisecond
	member, err := sarama.NewConsumerGroup(c.address, in.Group, config)
	if err != nil {
		return err
	}
	defer member.Close()
	ctx, stop := context.WithCancel(context.Background())
	go func() {
		for !leaving() {
			time.Sleep(50 * time.Millisecond)
		}
		stop()
	}()
	h := &handler{nil, stop}
	h.read = func(partition int32, offset int64) bool { return ctx.Err() == nil && read(partition, offset) }
	for ctx.Err() == nil {
		if err := member.Consume(ctx, []string{in.Topic}, h); err != nil {
			return err
		}
	}
	return nil
}

func main() { steps.Main(connect) }
