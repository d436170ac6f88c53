import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.ConsumerPartitionAssignor;
import org.apache.kafka.clients.consumer.ConsumerPartitionAssignor.Assignment;
import org.apache.kafka.clients.consumer.ConsumerPartitionAssignor.GroupSubscription;
import org.apache.kafka.clients.consumer.ConsumerPartitionAssignor.Subscription;
import org.apache.kafka.clients.consumer.CooperativeStickyAssignor;
import org.apache.kafka.clients.consumer.RangeAssignor;
import org.apache.kafka.clients.consumer.RoundRobinAssignor;
import org.apache.kafka.clients.consumer.StickyAssignor;
import org.apache.kafka.clients.consumer.internals.ConsumerProtocol;
import org.apache.kafka.common.Cluster;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;

/**
 * Prints random inputs of consumer group assignors with the answers of Kafka's own.
 *
 *   java -cp <kafka-clients and its dependencies> AssignorVectors.java <seed> <count>
 *
 * A case is lines of words; "-" is an empty word, and other bytes than letters, digits, '.', '_' and
 * '-' are written as %XX:
 *
 *   case <number>
 *   topic <name> <partitions>
 *   member <member id> <group instance id> <subscription, as hex of ConsumerProtocol's bytes>
 *   answer <assignor> <member id> <topic>:<partition> ...   (one line a member, in order of members)
 *   failed <assignor> <exception>                           (in place of its answers)
 *   end
 */
public class AssignorVectors {
  private static final Node NODE = new Node(0, "localhost", 9092);

  private static final class Member {
    String id;
    String instance;
    List<String> topics = new ArrayList<>();
    List<TopicPartition> owned = new ArrayList<>();
    int generation = -1;
  }

  private final Random random;
  private final Map<String, Integer> topics = new TreeMap<>();
  private List<Member> members = new ArrayList<>();
  private int generation;
  private boolean sameTopics;
  private final StringBuilder out = new StringBuilder();

  private AssignorVectors(long seed) {
    random = new Random(seed);
  }

  public static void main(String[] args) {
    System.setProperty("org.slf4j.simpleLogger.defaultLogLevel", "off");
    AssignorVectors vectors = new AssignorVectors(Long.parseLong(args[0]));
    int count = Integer.parseInt(args[1]);
    for (int i = 0; i < count; i++) {
      vectors.next(i);
    }
  }

  /** Prints a case: a new group, or what became of the last one. */
  private void next(int number) {
    if (members.isEmpty() || random.nextInt(5) == 0) {
      startGroup();
    } else {
      changeGroup();
    }
    boolean cooperative = random.nextBoolean();
    Map<String, byte[]> subscriptions = new LinkedHashMap<>();
    for (Member member : members) {
      subscriptions.put(member.id, subscriptionOf(member, cooperative));
    }
    out.setLength(0);
    out.append("case ").append(number).append('\n');
    topics.forEach((name, count) -> line("topic", word(name), count));
    for (Member member : members) {
      line("member", word(member.id), word(member.instance), hex(subscriptions.get(member.id)));
    }
    answer(new RangeAssignor(), subscriptions);
    answer(new RoundRobinAssignor(), subscriptions);
    Map<String, Assignment> sticky = answer(new StickyAssignor(), subscriptions);
    Map<String, Assignment> moved = answer(new CooperativeStickyAssignor(), subscriptions);
    out.append("end\n");
    System.out.print(out);
    take(cooperative ? moved : sticky);
  }

  private void startGroup() {
    topics.clear();
    members.clear();
    generation = random.nextInt(3) == 0 ? -1 : random.nextInt(5);
    sameTopics = random.nextBoolean();
    int topicCount = 1 + random.nextInt(random.nextInt(4) == 0 ? 20 : 5);
    for (int i = 0; i < topicCount; i++) {
      addTopic();
    }
    int memberCount = 1 + random.nextInt(random.nextInt(6) == 0 ? 30 : 6);
    for (int i = 0; i < memberCount; i++) {
      addMember();
    }
    if (random.nextInt(3) == 0) {
      claimAtRandom();
    }
  }

  private void changeGroup() {
    for (int changes = random.nextInt(4); changes > 0; changes--) {
      switch (random.nextInt(8)) {
        case 0, 1 -> addMember();
        case 2, 3 -> {
          if (members.size() > 1) {
            members.remove(random.nextInt(members.size()));
          }
        }
        case 4 -> addTopic();
        case 5 -> {
          if (topics.size() > 1) {
            topics.remove(anyTopic());
          }
        }
        case 6 -> topics.computeIfPresent(anyTopic(), (name, count) -> count + 1 + random.nextInt(4));
        default -> {
          Member member = members.get(random.nextInt(members.size()));
          if (!sameTopics) {
            member.topics = chooseTopics();
          } else {
            sameTopics = random.nextInt(4) != 0;
          }
        }
      }
    }
    if (sameTopics) {
      List<String> all = new ArrayList<>(topics.keySet());
      members.forEach(member -> member.topics = new ArrayList<>(all));
    }
    if (random.nextInt(20) == 0) {
      claimAtRandom();
    }
  }

  private void addTopic() {
    String name = (random.nextInt(4) == 0 ? "topic-" : "t") + random.nextInt(40);
    topics.put(name, random.nextInt(15) == 0 ? 0 : 1 + random.nextInt(random.nextInt(8) == 0 ? 40 : 7));
  }

  private String anyTopic() {
    return new ArrayList<>(topics.keySet()).get(random.nextInt(topics.size()));
  }

  private void addMember() {
    Member member = new Member();
    member.id = switch (random.nextInt(8)) {
      case 0 -> "consumer-" + new java.util.UUID(random.nextLong(), random.nextLong());
      case 1 -> new String(Character.toChars(0xE000 + random.nextInt(0x1900))) + random.nextInt(9);
      case 2 -> new String(Character.toChars(0x10000 + random.nextInt(0xFFFF))) + random.nextInt(9);
      default -> "c" + Integer.toString(random.nextInt(100000), 36);
    };
    for (Member other : members) {
      if (other.id.equals(member.id)) {
        return;
      }
    }
    member.instance = random.nextInt(4) == 0 ? "i" + random.nextInt(1000) : "";
    member.topics = sameTopics ? new ArrayList<>(topics.keySet()) : chooseTopics();
    members.add(random.nextInt(members.size() + 1), member);
  }

  private List<String> chooseTopics() {
    List<String> chosen = new ArrayList<>();
    for (String topic : topics.keySet()) {
      if (random.nextInt(3) != 0) {
        chosen.add(topic);
      }
    }
    if (random.nextInt(12) == 0) {
      chosen.add("unknown" + random.nextInt(3));
    }
    if (chosen.isEmpty() && random.nextInt(20) != 0) {
      chosen.add(anyTopic());
    }
    if (random.nextInt(60) == 0 && !chosen.isEmpty()) {
      chosen.add(chosen.get(0));
    }
    return chosen;
  }

  /** Claims that no assignor made: of several members, of other topics, of long ago. */
  private void claimAtRandom() {
    for (Member member : members) {
      member.owned.clear();
      member.generation = random.nextInt(3) == 0 ? -1 : generation - random.nextInt(2);
      for (Map.Entry<String, Integer> topic : topics.entrySet()) {
        for (int i = 0; i < topic.getValue(); i++) {
          if (random.nextInt(members.size() + 1) == 0) {
            member.owned.add(new TopicPartition(topic.getKey(), i));
          }
        }
        if (random.nextInt(200) == 0) {
          member.owned.add(new TopicPartition(topic.getKey(), topic.getValue()));
        }
      }
    }
  }

  /** Members take what they were given, but for some who missed it. */
  private void take(Map<String, Assignment> answers) {
    generation = Math.max(0, generation + 1);
    if (answers == null) {
      members.clear();
      return;
    }
    for (Member member : members) {
      if (random.nextInt(12) != 0) {
        member.owned = new ArrayList<>(answers.get(member.id).partitions());
        member.generation = generation;
      }
    }
  }

  private byte[] subscriptionOf(Member member, boolean cooperative) {
    ByteBuffer userData = null;
    int said = member.generation;
    if (cooperative) {
      if (random.nextInt(4) == 0) {
        said = -1;
        userData = ByteBuffer.allocate(random.nextInt(8) == 0 ? 2 : 4);
        if (userData.capacity() == 4) {
          userData.putInt(0, member.generation);
        }
      }
    } else if (!member.owned.isEmpty() || random.nextBoolean()) {
      StickyAssignor assignor = new StickyAssignor();
      assignor.onAssignment(new Assignment(member.owned),
          new ConsumerGroupMetadata("g", member.generation, member.id, Optional.empty()));
      userData = assignor.subscriptionUserData(Set.of());
      if (random.nextInt(12) == 0) {
        userData.limit(userData.limit() - (random.nextInt(4) == 0 ? 6 : 4));
      }
    }
    List<TopicPartition> owned = cooperative || random.nextInt(10) == 0 ? member.owned : List.of();
    Subscription subscription = new Subscription(member.topics, userData, owned, said,
        random.nextInt(8) == 0 ? Optional.of("rack" + random.nextInt(3)) : Optional.empty());
    short version = (short) (random.nextInt(6) == 0 ? random.nextInt(4) : 3);
    ByteBuffer bytes = ConsumerProtocol.serializeSubscription(subscription, version);
    byte[] copy = new byte[bytes.remaining()];
    bytes.get(copy);
    return copy;
  }

  private Map<String, Assignment> answer(ConsumerPartitionAssignor assignor, Map<String, byte[]> bytes) {
    Map<String, Subscription> subscriptions = new HashMap<>();
    for (Member member : members) {
      Subscription subscription =
          ConsumerProtocol.deserializeSubscription(ByteBuffer.wrap(bytes.get(member.id)));
      subscription.setGroupInstanceId(
          member.instance.isEmpty() ? Optional.empty() : Optional.of(member.instance));
      subscriptions.put(member.id, subscription);
    }
    try {
      Map<String, Assignment> answers =
          assignor.assign(cluster(), new GroupSubscription(subscriptions)).groupAssignment();
      for (Member member : members) {
        out.append("answer ").append(assignor.name()).append(' ').append(word(member.id));
        for (TopicPartition tp : answers.get(member.id).partitions()) {
          out.append(' ').append(word(tp.topic())).append(':').append(tp.partition());
        }
        out.append('\n');
      }
      return answers;
    } catch (RuntimeException e) {
      line("failed", assignor.name(), e.getClass().getSimpleName());
      return null;
    }
  }

  private Cluster cluster() {
    List<PartitionInfo> partitions = new ArrayList<>();
    topics.forEach((name, count) -> {
      for (int i = 0; i < count; i++) {
        partitions.add(new PartitionInfo(name, i, NODE, new Node[] {NODE}, new Node[] {NODE}));
      }
    });
    return new Cluster("c", List.of(NODE), partitions, Set.of(), Set.of());
  }

  private void line(Object... words) {
    for (int i = 0; i < words.length; i++) {
      out.append(i == 0 ? "" : " ").append(words[i]);
    }
    out.append('\n');
  }

  private static String word(String text) {
    if (text.isEmpty()) {
      return "-";
    }
    StringBuilder word = new StringBuilder();
    for (byte b : text.getBytes(java.nio.charset.StandardCharsets.UTF_8)) {
      boolean plain = b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' || b >= '0' && b <= '9'
          || b == '.' || b == '_' || b == '-';
      word.append(plain ? String.valueOf((char) b) : String.format("%%%02X", b & 0xFF));
    }
    return word.toString();
  }

  private static String hex(byte[] bytes) {
    StringBuilder hex = new StringBuilder();
    for (byte b : bytes) {
      hex.append(Character.forDigit(b >> 4 & 15, 16)).append(Character.forDigit(b & 15, 16));
    }
    return hex.toString();
  }
}
