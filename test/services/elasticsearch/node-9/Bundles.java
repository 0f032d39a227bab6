import java.util.Map;
import org.elasticsearch.env.Environment;
import org.elasticsearch.plugins.PluginsLoader;

/** What differs between the major versions in loading modules. */
class Bundles {
  static PluginsLoader load(Environment env) {
    var modules = PluginsLoader.loadModulesBundles(env.modulesDir(), false);
    var plugins = PluginsLoader.loadPluginsBundles(env.pluginsDir(), false);
    return PluginsLoader.createPluginsLoader(modules, plugins, Map.of(), false);
  }
}
