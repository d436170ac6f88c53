//! rskafka as a client of tests/clients/run.py. It has neither groups nor configs, and always waits
//! for all acknowledgements.
use std::collections::BTreeMap;
use std::error::Error;

use chrono::DateTime;
use rskafka::client::partition::{Compression, OffsetAt, PartitionClient, UnknownTopicHandling};
use rskafka::client::{Client, ClientBuilder};
use rskafka::record::Record;

const PARTITIONS: i64 = 3;
const FIRST_TIMESTAMP: i64 = 1_700_000_000_000;
const PATIENCE: i32 = 60_000; // ms

type Outcome = Result<(), Box<dyn Error>>;

/// Record i of every topic (tests/clients/run.py has the rule).
fn record_at(i: i64) -> Record {
    Record {
        key: Some(format!("k{i}").into_bytes()),
        value: Some((0..i % 200).map(|j| (i + j) as u8).collect()),
        headers: BTreeMap::from([("h".to_string(), i.to_string().into_bytes())]),
        timestamp: DateTime::from_timestamp_millis(FIRST_TIMESTAMP + i).unwrap(),
    }
}

fn expect<T: PartialEq + std::fmt::Debug>(got: T, wanted: T) -> Outcome {
    if got == wanted {
        Ok(())
    } else {
        Err(format!("{got:?}, not {wanted:?}").into())
    }
}

fn report(step: &str, outcome: Outcome) {
    match outcome {
        Ok(()) => println!("{step}\tpassed"),
        Err(failure) => println!("{step}\tFAILED {}", failure.to_string().replace('\n', " ")),
    }
}

struct Steps {
    client: Client,
    count: i64,
    prefix: String,
}

impl Steps {
    fn topic(&self, name: &str) -> String {
        format!("{}-{name}", self.prefix)
    }

    async fn partition(
        &self,
        topic: &str,
        partition: i64,
    ) -> Result<PartitionClient, Box<dyn Error>> {
        let handling = UnknownTopicHandling::Error;
        Ok(self
            .client
            .partition_client(topic, partition as i32, handling)
            .await?)
    }

    async fn partitions_of(&self, topic: &str) -> Result<i64, Box<dyn Error>> {
        let topics = self.client.list_topics().await?;
        Ok(topics
            .iter()
            .filter(|t| t.name == topic)
            .map(|t| t.partitions.len() as i64)
            .sum())
    }

    async fn create(&self, topic: &str) -> Outcome {
        let controller = self.client.controller_client()?;
        Ok(controller
            .create_topic(topic, PARTITIONS as i32, 1, PATIENCE)
            .await?)
    }

    async fn create_topic(&self) -> Outcome {
        self.create(&self.topic("made")).await?;
        expect(self.partitions_of(&self.topic("made")).await?, PARTITIONS)
    }

    async fn delete_topic(&self) -> Outcome {
        self.client
            .controller_client()?
            .delete_topic(self.topic("made"), PATIENCE)
            .await?;
        expect(self.partitions_of(&self.topic("made")).await?, 0)
    }

    async fn produce(&self, codec: &str, compression: Compression) -> Outcome {
        let topic = self.topic(codec);
        self.create(&topic).await?;
        for partition in 0..PARTITIONS {
            let client = self.partition(&topic, partition).await?;
            let all: Vec<i64> = (partition..self.count)
                .step_by(PARTITIONS as usize)
                .collect();
            for some in all.chunks(1000) {
                let records = some.iter().map(|i| record_at(*i)).collect();
                client.produce(records, compression).await?;
            }
        }
        self.read_all(&topic).await
    }

    /// From the offset on, so many records.
    async fn read(&self, topic: &str, partition: i64, offset: i64, count: i64) -> Outcome {
        let client = self.partition(topic, partition).await?;
        let mut next = offset;
        while next < offset + count {
            let (records, _) = client.fetch_records(next, 1..1_000_000, PATIENCE).await?;
            for got in records {
                expect(got.offset, next)?;
                expect(got.record, record_at(next * PARTITIONS + partition))?;
                next += 1;
            }
        }
        Ok(())
    }

    async fn read_all(&self, topic: &str) -> Outcome {
        for partition in 0..PARTITIONS {
            let count = (self.count - partition + PARTITIONS - 1) / PARTITIONS;
            self.read(topic, partition, 0, count).await?;
        }
        Ok(())
    }

    async fn seek_to_time(&self) -> Outcome {
        let wanted = self.count / 2 / PARTITIONS;
        let before = record_at(wanted * PARTITIONS - 1).timestamp;
        let client = self.partition(&self.topic("none"), 0).await?;
        expect(
            client.get_offset(OffsetAt::Timestamp(before)).await?,
            wanted,
        )?;
        self.read(&self.topic("none"), 0, wanted, 2).await
    }

    async fn delete_records(&self) -> Outcome {
        let client = self.partition(&self.topic("gzip"), 0).await?;
        client.delete_records(10, PATIENCE).await?;
        expect(client.get_offset(OffsetAt::Earliest).await?, 10)
    }

    async fn run(&self, reference: &str) {
        for step in [
            "describe configs",
            "alter configs",
            "acks 0",
            "acks 1",
            "idempotent",
            "group",
            "resume",
        ] {
            println!("{step}\tnot in this client");
        }
        report("create topic", self.create_topic().await);
        report("delete topic", self.delete_topic().await);
        report(
            "none",
            self.produce("none", Compression::NoCompression).await,
        );
        report("gzip", self.produce("gzip", Compression::Gzip).await);
        report("snappy", self.produce("snappy", Compression::Snappy).await);
        report("lz4", self.produce("lz4", Compression::Lz4).await);
        report("zstd", self.produce("zstd", Compression::Zstd).await);
        let none = self.topic("none");
        report(
            "seek to offset",
            self.read(&none, 1, self.count / 6, 2).await,
        );
        report("seek to time", self.seek_to_time().await);
        report("delete records", self.delete_records().await);
        report("read reference", self.read_all(reference).await);
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Outcome {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [role, address, count, prefix, reference] = &arguments[..] else {
        return Err("steps <address> <records> <prefix> <reference>".into());
    };
    expect(role.as_str(), "steps")?;
    let client = ClientBuilder::new(vec![address.clone()]).build().await?;
    Steps {
        client,
        count: count.parse()?,
        prefix: prefix.clone(),
    }
    .run(reference)
    .await;
    Ok(())
}
