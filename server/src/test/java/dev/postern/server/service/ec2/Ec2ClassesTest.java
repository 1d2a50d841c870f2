package dev.postern.server.service.ec2;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.server.bus.InProcessBus;
import dev.postern.server.service.Account;
import dev.postern.server.service.NextToken;
import dev.postern.server.service.Service;
import dev.postern.server.store.Store;
import dev.postern.server.store.TestStore;
import java.io.File;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** EC2's classes are as many as all others together: a server without EC2 calls needs none. */
final class Ec2ClassesTest {
  @TempDir Path directory;

  /** Loads everything anew and remembers what it was. */
  private static final class Watch extends URLClassLoader {
    private final Set<String> loaded = ConcurrentHashMap.newKeySet();

    Watch() throws MalformedURLException {
      super(classPath(), ClassLoader.getPlatformClassLoader());
    }

    private static URL[] classPath() throws MalformedURLException {
      List<URL> urls = new ArrayList<>();
      for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
        urls.add(Path.of(entry).toUri().toURL());
      }
      return urls.toArray(URL[]::new);
    }

    /** A native library belongs to one loader; a second copy would have to be unpacked. */
    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
      return name.startsWith("org.sqlite.")
          ? Ec2ClassesTest.class.getClassLoader().loadClass(name)
          : super.loadClass(name, resolve);
    }

    @Override
    protected Class<?> findClass(String name) throws ClassNotFoundException {
      loaded.add(name);
      return super.findClass(name);
    }

    List<String> ofTheSdk() {
      return loaded.stream()
          .filter(name -> name.startsWith("software.amazon.awssdk.services.ec2."))
          .toList();
    }
  }

  /** What a server does with the service when it starts; gives back the first call. */
  public static final class Start implements Function<Path, Callable<Object>> {
    @Override
    public Callable<Object> apply(Path directory) {
      try (Store store = new TestStore(directory).open();
          var bus = new InProcessBus()) {
        Service service =
            Ec2.service(
                new Account("123456789012", "us-east-1"), store, bus, new NextToken(new byte[32]));
        return () ->
            service.operation("CreateTags").orElseThrow().codec().read(Map.of()).toString();
      } catch (Exception failure) {
        throw new AssertionError(failure);
      }
    }
  }

  @Test
  @SuppressWarnings("unchecked")
  void areNotLoadedBeforeTheFirstCall() throws Exception {
    try (var watch = new Watch()) {
      var start =
          (Function<Path, Callable<Object>>)
              watch.loadClass(Start.class.getName()).getConstructor().newInstance();

      Callable<Object> firstCall = start.apply(directory);

      assertThat(watch.loaded).contains(DescribeInstances.class.getName());
      assertThat(watch.ofTheSdk()).isEmpty();
      assertThat(firstCall.call()).isEqualTo("CreateTagsRequest()");
      assertThat(watch.ofTheSdk()).isNotEmpty();
    }
  }
}
