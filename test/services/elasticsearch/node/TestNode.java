import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.elasticsearch.common.logging.LogConfigurator;
import org.elasticsearch.common.settings.Settings;
import org.elasticsearch.node.InternalSettingsPreparer;
import org.elasticsearch.node.Node;

/** java TestNode HOME HTTP_PORT [setting=value …]: one node in this process; SIGTERM closes it cleanly. */
public class TestNode {
  public static void main(String[] args) throws Exception {
    Path home = Path.of(args[0]).toAbsolutePath();
    for (String folder : new String[] {"config", "modules", "plugins"}) Files.createDirectories(home.resolve(folder));
    LogConfigurator.configureESLogging();
    var env = InternalSettingsPreparer.prepareEnvironment(settings(home, args), Map.of(), home.resolve("config"), () -> "n1");
    Node node = new Node(env, Bundles.load(env));
    CountDownLatch done = new CountDownLatch(1);
    Runtime.getRuntime().addShutdownHook(new Thread(() -> {
      try {
        node.prepareForClose();
        node.close();
        node.awaitClose(20, TimeUnit.SECONDS);
      } catch (Exception e) {
        e.printStackTrace();
      }
      done.countDown();
    }));
    node.start();
    System.out.println("READY");
    done.await();
  }

  private static Settings settings(Path home, String[] args) {
    int port = Integer.parseInt(args[1]);
    Settings.Builder settings = Settings.builder()
        .put("path.home", home.toString())
        .put("path.data", home.resolve("data").toString())
        .put("path.logs", home.resolve("logs").toString())
        .put("cluster.name", "logflow-test")
        .put("node.name", "n1")
        .put("http.host", "127.0.0.1")
        .put("http.port", port)
        .put("http.type", "netty4")
        .put("transport.host", "127.0.0.1")
        .put("transport.port", port + 100)
        .put("transport.type", "netty4")
        .put("discovery.type", "single-node")
        .put("cluster.routing.allocation.disk.threshold_enabled", false);
    for (int i = 2; i < args.length; i++) {
      int equals = args[i].indexOf('=');
      settings.put(args[i].substring(0, equals), args[i].substring(equals + 1));
    }
    return settings.build();
  }
}
