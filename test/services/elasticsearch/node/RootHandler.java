package root;

import java.util.List;
import org.apache.lucene.util.Version;
import org.elasticsearch.Build;
import org.elasticsearch.client.internal.node.NodeClient;
import org.elasticsearch.rest.BaseRestHandler;
import org.elasticsearch.rest.RestRequest;
import org.elasticsearch.rest.RestResponse;
import org.elasticsearch.rest.RestStatus;

/** GET / and HEAD / of the distribution, whose module for them is not on Maven Central. */
class RootHandler extends BaseRestHandler {
  @Override
  public String getName() {
    return "root";
  }

  @Override
  public List<Route> routes() {
    return List.of(new Route(RestRequest.Method.GET, "/"), new Route(RestRequest.Method.HEAD, "/"));
  }

  @Override
  protected RestChannelConsumer prepareRequest(RestRequest request, NodeClient client) {
    return channel -> {
      var body = channel.newBuilder().startObject();
      body.field("name", "n1").field("cluster_name", "logflow-test").field("cluster_uuid", "test");
      body.startObject("version").field("number", Build.current().version()).field("build_flavor", "default");
      body.field("lucene_version", Version.LATEST.toString()).endObject();
      body.field("tagline", "You Know, for Search").endObject();
      channel.sendResponse(new RestResponse(RestStatus.OK, body));
    };
  }
}
