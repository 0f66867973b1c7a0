package io.github.kvtwin.bench;

import com.sun.management.OperatingSystemMXBean;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.infinispan.client.hotrod.DataFormat;
import org.infinispan.client.hotrod.ProtocolVersion;
import org.infinispan.client.hotrod.RemoteCache;
import org.infinispan.client.hotrod.RemoteCacheManager;
import org.infinispan.client.hotrod.configuration.ClientIntelligence;
import org.infinispan.client.hotrod.configuration.ConfigurationBuilder;
import org.infinispan.commons.dataconversion.MediaType;
import org.infinispan.commons.marshall.UTF8StringMarshaller;

/**
 * The Java client as a competitor. Arguments: port and cache. Reads one cell per line from standard input
 * ("operation letter valueBytes count depth millis") and answers each with one line of JSON; ends with its input.
 */
public final class JavaCompetitor {
  private static final int KEYS = 256;
  private static final OperatingSystemMXBean SYSTEM =
      (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
  private static final com.sun.management.ThreadMXBean THREADS =
      (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();

  private final RemoteCache<String, String> cache;

  private JavaCompetitor(RemoteCache<String, String> cache) {
    this.cache = cache;
  }

  public static void main(String[] arguments) throws Exception {
    ConfigurationBuilder builder = new ConfigurationBuilder();
    builder.addServer().host("127.0.0.1").port(Integer.parseInt(arguments[0]));
    builder.clientIntelligence(ClientIntelligence.BASIC);
    builder.version(ProtocolVersion.PROTOCOL_VERSION_41);
    builder.marshaller(new UTF8StringMarshaller());
    builder.statistics().disable();
    builder.socketTimeout(60_000);
    RemoteCacheManager manager = new RemoteCacheManager(builder.build());
    DataFormat text = DataFormat.builder()
        .keyType(MediaType.TEXT_PLAIN).keyMarshaller(new UTF8StringMarshaller())
        .valueType(MediaType.TEXT_PLAIN).valueMarshaller(new UTF8StringMarshaller())
        .build();
    RemoteCache<String, String> plain = manager.getCache(arguments[1]);
    if (plain == null) {
      throw new IllegalStateException("there is no cache " + arguments[1]);
    }
    JavaCompetitor competitor = new JavaCompetitor(plain.withDataFormat(text));
    System.out.println("{\"ready\":true}");
    BufferedReader lines = new BufferedReader(new InputStreamReader(System.in));
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      System.out.println(competitor.measure(line.trim().split(" ")));
    }
    System.exit(0);
  }

  private String measure(String[] cell) throws Exception {
    String operation = cell[0];
    String letter = cell[1];
    int valueBytes = Integer.parseInt(cell[2]);
    int count = Integer.parseInt(cell[3]);
    int depth = Integer.parseInt(cell[4]);
    long nanos = Long.parseLong(cell[5]) * 1_000_000;
    String[] keys = new String[Math.max(KEYS, count)];
    for (int at = 0; at < keys.length; at++) {
      keys[at] = String.format(Locale.ROOT, "%s-bench-%08d", letter, at);
    }
    Run run = new Run(call(operation, keys, "v".repeat(valueBytes), count), depth);
    long allocated = allocatedBytes();
    long cpu = cpuNanos();
    run.go(nanos);
    double micros = (cpuNanos() - cpu) / 1e3;
    long bytes = allocatedBytes() - allocated;
    return run.report(micros, bytes);
  }

  /** Of all threads, the compilers' and the collector's too; the JVM itself counts in steps of 10 ms. */
  private static long cpuNanos() {
    File[] threads = new File("/proc/self/task").listFiles();
    if (threads == null) {
      return SYSTEM.getProcessCpuTime();
    }
    long nanos = 0;
    for (File thread : threads) {
      try {
        String[] words = Files.readString(thread.toPath().resolve("schedstat")).split(" ");
        nanos += Long.parseLong(words[0]);
      } catch (IOException | NumberFormatException ended) {
        // A thread that ended meanwhile.
      }
    }
    return nanos;
  }

  private static long allocatedBytes() {
    return Arrays.stream(THREADS.getThreadAllocatedBytes(THREADS.getAllThreadIds())).filter(bytes -> bytes > 0).sum();
  }

  private Supplier<CompletionStage<?>> call(String operation, String[] keys, String value, int count) {
    AtomicLong turn = new AtomicLong();
    switch (operation) {
      case "get":
        return () -> cache.getAsync(keys[(int) (turn.incrementAndGet() & (KEYS - 1))]);
      case "getWithMetadata":
        return () -> cache.getWithMetadataAsync(keys[(int) (turn.incrementAndGet() & (KEYS - 1))]);
      case "put":
        return () -> cache.putAsync(keys[(int) (turn.incrementAndGet() & (KEYS - 1))], value);
      case "getAll":
        Set<String> all = new HashSet<>(Arrays.asList(keys).subList(0, count));
        return () -> cache.getAllAsync(all);
      default:
        return null;
    }
  }

  /** Keeps `depth` calls under way until its time is over. */
  private final class Run {
    private final Supplier<CompletionStage<?>> call;
    private final int depth;
    private final AtomicLong answered = new AtomicLong();
    private final AtomicLong timed = new AtomicLong();
    private final long[] samples = new long[1 << 16];
    private final int sampleMask;
    private volatile boolean over;
    private CountDownLatch live;
    private long took;
    private volatile Throwable failure;

    Run(Supplier<CompletionStage<?>> call, int depth) {
      this.call = call;
      this.depth = depth;
      this.sampleMask = depth >= 8 ? 15 : 3;
    }

    void go(long nanos) throws Exception {
      long started = System.nanoTime();
      if (call == null) {
        iterate(started + nanos);
      } else {
        live = new CountDownLatch(depth);
        for (int at = 0; at < depth; at++) {
          loop();
        }
        if (System.nanoTime() - started < nanos) {
          Thread.sleep(Math.max(1, (nanos - (System.nanoTime() - started)) / 1_000_000));
        }
        over = true;
        live.await();
      }
      took = System.nanoTime() - started;
      if (failure != null) {
        throw new IllegalStateException(failure);
      }
    }

    private void iterate(long end) {
      do {
        long entries = 0;
        try (var iterator = cache.retrieveEntries(null, 1_000)) {
          while (iterator.hasNext()) {
            iterator.next();
            entries++;
          }
        }
        answered.addAndGet(entries);
      } while (System.nanoTime() < end);
    }

    private void loop() {
      for (;;) {
        long sampled = (answered.get() & sampleMask) == 0 ? System.nanoTime() : 0;
        var stage = call.get().toCompletableFuture();
        if (!stage.isDone()) {
          stage.whenComplete((value, error) -> {
            if (settle(sampled, error)) {
              loop();
            }
          });
          return;
        }
        if (!settle(sampled, null)) {
          return;
        }
      }
    }

    private boolean settle(long sampled, Throwable error) {
      if (error != null) {
        failure = error;
        over = true;
      }
      if (sampled != 0) {
        samples[(int) (timed.getAndIncrement() & (samples.length - 1))] = System.nanoTime() - sampled;
      }
      answered.incrementAndGet();
      if (over) {
        live.countDown();
        return false;
      }
      return true;
    }

    String report(double cpuMicros, long allocated) {
      long count = answered.get();
      long[] sorted = Arrays.copyOf(samples, (int) Math.min(timed.get(), samples.length));
      Arrays.sort(sorted);
      Map<String, Double> figures = new HashMap<>();
      figures.put("answered", (double) count);
      figures.put("perSecond", count / (took / 1e9));
      figures.put("cpuMicros", cpuMicros / count);
      figures.put("p50Micros", percentile(sorted, 0.5));
      figures.put("p99Micros", percentile(sorted, 0.99));
      figures.put("allocatedBytes", allocated / (double) count);
      StringBuilder json = new StringBuilder("{");
      figures.forEach((name, value) -> json.append(json.length() > 1 ? "," : "")
          .append(String.format(Locale.ROOT, "\"%s\":%f", name, value)));
      return json.append('}').toString();
    }

    private double percentile(long[] sorted, double share) {
      return sorted.length == 0 ? 0 : sorted[(int) Math.min(sorted.length - 1, sorted.length * share)] / 1e3;
    }
  }
}
