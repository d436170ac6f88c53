import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.AdminClient;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.common.config.ConfigResource;

/** What differs between versions: until 4.0 all configs are changed at once. */
class Version {
  static final boolean HAS_ZSTD = false; // came with 2.1

  static void setConfig(AdminClient admin, ConfigResource resource, String name, String value)
      throws Exception {
    var config = new Config(List.of(new ConfigEntry(name, value)));
    admin.alterConfigs(Map.of(resource, config)).all().get();
  }
}
