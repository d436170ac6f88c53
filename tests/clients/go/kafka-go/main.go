// segmentio/kafka-go as a client of tests/clients/run.py.
package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/segmentio/kafka-go"

	"rill/clients/steps"
)

type client struct {
	address string
	plain   *kafka.Client
}

var background = context.Background()

func connect(address string) steps.Client {
	return &client{address, &kafka.Client{Addr: kafka.TCP(address)}}
}

func (c *client) CreateTopic(topic string, configs map[string]string) error {
	wanted := kafka.TopicConfig{Topic: topic, NumPartitions: steps.Partitions, ReplicationFactor: 1}
	for name, value := range configs {
		wanted.ConfigEntries = append(wanted.ConfigEntries, kafka.ConfigEntry{ConfigName: name, ConfigValue: value})
	}
	answer, err := c.plain.CreateTopics(background, &kafka.CreateTopicsRequest{Topics: []kafka.TopicConfig{wanted}})
	if err != nil {
		return err
	}
	return answer.Errors[topic]
}

func (c *client) DeleteTopic(topic string) error {
	answer, err := c.plain.DeleteTopics(background, &kafka.DeleteTopicsRequest{Topics: []string{topic}})
	if err != nil {
		return err
	}
	return answer.Errors[topic]
}

// PartitionsOf asks with a transport of its own, for one keeps metadata for some time.
func (c *client) PartitionsOf(topic string) (int, error) {
	fresh := &kafka.Client{Addr: c.plain.Addr, Transport: &kafka.Transport{}}
	answer, err := fresh.Metadata(background, &kafka.MetadataRequest{})
	if err != nil {
		return 0, err
	}
	for _, found := range answer.Topics {
		if found.Name == topic {
			return len(found.Partitions), nil
		}
	}
	return 0, nil
}

func (c *client) ConfigOf(topic, name string) (string, error) {
	answer, err := c.plain.DescribeConfigs(background, &kafka.DescribeConfigsRequest{
		Resources: []kafka.DescribeConfigRequestResource{{
			ResourceType: kafka.ResourceTypeTopic, ResourceName: topic, ConfigNames: []string{name}}}})
	if err != nil {
		return "", err
	}
	if found := answer.Resources[0]; len(found.ConfigEntries) == 1 {
		return found.ConfigEntries[0].ConfigValue, found.Error
	}
	return "", fmt.Errorf("answered: %v", answer.Resources[0])
}

func (c *client) SetConfig(topic, name, value string) error {
	answer, err := c.plain.IncrementalAlterConfigs(background, &kafka.IncrementalAlterConfigsRequest{
		Resources: []kafka.IncrementalAlterConfigsRequestResource{{
			ResourceType: kafka.ResourceTypeTopic, ResourceName: topic,
			Configs: []kafka.IncrementalAlterConfigsRequestConfig{{
				Name: name, Value: value, ConfigOperation: kafka.ConfigOperationSet}}}}})
	if err != nil {
		return err
	}
	return answer.Resources[0].Error
}

func (c *client) DeleteRecords(string, int32, int64) error { return steps.NotInThisClient }

func (c *client) FirstOffset(topic string, partition int32) (int64, error) {
	return 0, steps.NotInThisClient // only DeleteRecords moves it
}

func (c *client) OffsetAt(topic string, partition int32, at int64) (int64, error) {
	answer, err := c.plain.ListOffsets(background, &kafka.ListOffsetsRequest{
		Topics: map[string][]kafka.OffsetRequest{
			topic: {kafka.TimeOffsetOf(int(partition), time.UnixMilli(at))}}})
	if err != nil {
		return 0, err
	}
	found := answer.Topics[topic][0]
	for offset := range found.Offsets {
		return offset, found.Error
	}
	return 0, errors.Join(found.Error, errors.New("no offset"))
}

func (c *client) Produce(topic string, count int64, how steps.Producing) error {
	if how.Idempotent {
		return steps.NotInThisClient
	}
	codecs := map[string]kafka.Compression{
		"none": 0, "gzip": kafka.Gzip, "snappy": kafka.Snappy, "lz4": kafka.Lz4, "zstd": kafka.Zstd}
	byPartition := kafka.BalancerFunc(func(m kafka.Message, _ ...int) int { return m.WriterData.(int) })
	writer := &kafka.Writer{Addr: kafka.TCP(c.address), Topic: topic, Balancer: byPartition,
		Compression: codecs[how.Codec], RequiredAcks: kafka.RequiredAcks(how.Acks),
		BatchTimeout: 5 * time.Millisecond, BatchSize: 1000}
	for i := int64(0); i < count; {
		var messages []kafka.Message
		for ; i < count && len(messages) < 3000; i++ {
			r := steps.RecordAt(i)
			messages = append(messages, kafka.Message{Key: r.Key, Value: r.Value,
				Time: time.UnixMilli(r.Timestamp), WriterData: int(r.Partition),
				Headers: []kafka.Header{{Key: "h", Value: r.Header}}})
		}
		if err := writer.WriteMessages(background, messages...); err != nil {
			return err
		}
		if how.Acks != 0 {
			continue
		}
		if err := c.awaitRecords(topic, i); err != nil {
			return err
		}
	}
	return writer.Close()
}

// awaitRecords keeps batches without acknowledgements in order: two of one partition may take two
// of this client's connections, and so may overtake each other.
func (c *client) awaitRecords(topic string, count int64) error {
	for deadline := time.Now().Add(30 * time.Second); time.Now().Before(deadline); {
		var there int64
		for p := 0; p < steps.Partitions; p++ {
			end, err := c.end(topic, p)
			if err != nil {
				return err
			}
			there += end
		}
		if there == count {
			return nil
		}
		time.Sleep(time.Millisecond)
	}
	return fmt.Errorf("%d records are not there after 30 s", count)
}

func (c *client) end(topic string, partition int) (int64, error) {
	answer, err := c.plain.ListOffsets(background, &kafka.ListOffsetsRequest{
		Topics: map[string][]kafka.OffsetRequest{topic: {kafka.LastOffsetOf(partition)}}})
	if err != nil {
		return 0, err
	}
	found := answer.Topics[topic][0]
	return found.LastOffset, found.Error
}

// Read has a reader for each partition, as this client wants it.
func (c *client) Read(topic string, partitions []int32, offset int64, take func(steps.Record) bool) error {
	messages := make(chan kafka.Message)
	ctx, cancel := context.WithCancel(background)
	defer cancel()
	for _, p := range partitions {
		reader := kafka.NewReader(kafka.ReaderConfig{Brokers: []string{c.address}, Topic: topic,
			Partition: int(p), MaxBytes: 10e6, MaxWait: 100 * time.Millisecond})
		defer reader.Close()
		if err := reader.SetOffset(offset); err != nil {
			return err
		}
		go func() {
			for {
				m, err := reader.FetchMessage(ctx)
				if err != nil {
					return
				}
				select {
				case messages <- m:
				case <-ctx.Done():
					return
				}
			}
		}()
	}
	for {
		select {
		case m := <-messages:
			if len(m.Headers) != 1 || m.Headers[0].Key != "h" {
				return fmt.Errorf("headers %v at %d", m.Headers, m.Offset)
			}
			if !take(steps.Record{Partition: int32(m.Partition), Offset: m.Offset,
				Timestamp: m.Time.UnixMilli(), Key: m.Key, Value: m.Value, Header: m.Headers[0].Value}) {
				return nil
			}
		case <-time.After(steps.Patience):
			return fmt.Errorf("nothing comes for %v", steps.Patience)
		}
	}
}

func (c *client) Member(in steps.Membership, read func(int32, int64) bool, leaving func() bool) error {
	if in.ByBroker {
		return steps.NotInThisClient
	}
	reader := kafka.NewReader(kafka.ReaderConfig{Brokers: []string{c.address}, Topic: in.Topic,
		GroupID: in.Group, StartOffset: kafka.FirstOffset, SessionTimeout: 6 * time.Second,
		HeartbeatInterval: 500 * time.Millisecond, MaxWait: 100 * time.Millisecond})
	defer reader.Close()
	for !leaving() {
		soon, cancel := context.WithTimeout(background, 100*time.Millisecond)
		m, err := reader.FetchMessage(soon)
		cancel()
		if errors.Is(err, context.DeadlineExceeded) {
			continue
		}
		if err != nil {
			return err
		}
		more := read(int32(m.Partition), m.Offset)
		if err := reader.CommitMessages(background, m); err != nil {
			return err
		}
		if !more {
			return nil
		}
	}
	return nil
}

func main() { steps.Main(connect) }
