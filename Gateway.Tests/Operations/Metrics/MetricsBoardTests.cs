using System.Diagnostics.Metrics;
using Gateway.Operations.Metrics;

namespace Gateway.Tests.Operations.Metrics;

public sealed class MetricsBoardTests
{
    // Each test hears its own meter alone, whatever else this process measures.
    private readonly string _name = $"Gateway.Test.{Guid.NewGuid():N}";
    private Meter _meter = null!;
    private MetricsBoard _board = null!;

    [SetUp]
    public void Make()
    {
        _meter = new(_name);
        _board = new(_name);
    }

    [TearDown]
    public void Dispose()
    {
        _board.Dispose();
        _meter.Dispose();
    }

    [Test]
    public void Counter_WithLabels_IsOneLineForEachSet()
    {
        var counter = _meter.CreateCounter<long>("gateway_test_refused_total", null, "Refusals.");
        counter.Add(2, new KeyValuePair<string, object?>("cause", "full"));
        counter.Add(3, new KeyValuePair<string, object?>("cause", "full"));
        counter.Add(1, new KeyValuePair<string, object?>("cause", "closed"));

        Assert.That(Text(), Is.EqualTo("""
            # HELP gateway_test_refused_total Refusals.
            # TYPE gateway_test_refused_total counter
            gateway_test_refused_total{cause="closed"} 1
            gateway_test_refused_total{cause="full"} 5

            """));
    }

    [Test]
    public void Labels_GivenInAnotherOrder_AreTheSameSeries()
    {
        var counter = _meter.CreateCounter<int>("gateway_test_total");
        counter.Add(1, new("a", 1), new KeyValuePair<string, object?>("b", true));
        counter.Add(1, new("b", true), new KeyValuePair<string, object?>("a", 1));

        Assert.That(Text(), Does.Contain("gateway_test_total{a=\"1\",b=\"true\"} 2\n"));
    }

    [Test]
    public void TextOfStrangers_IsEscaped()
    {
        var counter = _meter.CreateCounter<int>("gateway_test_total", null, "One\\two\nthree.");
        counter.Add(1, new KeyValuePair<string, object?>("client-id", "a\"b\\c\nd"));

        Assert.That(Text(), Does.Contain("# HELP gateway_test_total One\\\\two\\nthree.\n").And.Contain("{client_id=\"a\\\"b\\\\c\\nd\"} 1\n"));
    }

    [Test]
    public void Counter_NamedWithoutTotal_GetsIt()
    {
        _meter.CreateCounter<int>("gateway_test_things").Add(1);

        Assert.That(Text(), Is.EqualTo("# TYPE gateway_test_things_total counter\ngateway_test_things_total 1\n"));
    }

    [Test]
    public void Histogram_IsCumulative_WithSumAndCount()
    {
        var histogram = _meter.CreateHistogram(
            "gateway_test_wait_seconds", null, null, tags: null, new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.1, 1] });
        foreach (var value in new[] { 0.1, 0.25, 4 })
        {
            histogram.Record(value);
        }

        Assert.That(Text(), Is.EqualTo("""
            # TYPE gateway_test_wait_seconds histogram
            gateway_test_wait_seconds_bucket{le="0.1"} 1
            gateway_test_wait_seconds_bucket{le="1"} 2
            gateway_test_wait_seconds_bucket{le="+Inf"} 3
            gateway_test_wait_seconds_sum 4.35
            gateway_test_wait_seconds_count 3

            """));
    }

    [TestCase("gateway_test_seconds", "le=\"0.001\"")]
    [TestCase("gateway_test_bytes", "le=\"4096\"")]
    [TestCase("gateway_test_items", "le=\"50\"")]
    public void Histogram_WithoutAdvice_HasBucketsThatFitItsUnit(string name, string bucket)
    {
        _meter.CreateHistogram<long>(name).Record(1);

        Assert.That(Text(), Does.Contain(bucket));
    }

    [Test]
    public void ObservedValue_IsThatOfTheMoment_NotASum()
    {
        var value = 5L;
        _meter.CreateObservableGauge("gateway_test_open", () => value);
        _meter.CreateObservableCounter("gateway_test_seen_total", () => value * 10);
        Text();
        value = 7;

        Assert.That(Text(), Does.Contain("gateway_test_open 7\n").And.Contain("gateway_test_seen_total 70\n"));
    }

    [Test]
    public void ObservedSeries_ThatIsNotToldAnyMore_IsGone()
    {
        List<Measurement<int>> open = [new(1, new KeyValuePair<string, object?>("kind", "jobs"))];
        _meter.CreateObservableGauge("gateway_test_open", () => open);
        Assert.That(Text(), Does.Contain("kind=\"jobs\""));
        open.Clear();

        Assert.That(Text(), Is.Empty);
    }

    [Test]
    public void Gauges_ShowTheLastValue_AndUpDownCountersTheBalance()
    {
        var gauge = _meter.CreateGauge<double>("gateway_test_level");
        var balance = _meter.CreateUpDownCounter<int>("gateway_test_balance");
        gauge.Record(3);
        gauge.Record(double.NaN);
        balance.Add(3);
        balance.Add(-1);

        Assert.That(Text(), Is.EqualTo(
            "# TYPE gateway_test_balance gauge\ngateway_test_balance 2\n# TYPE gateway_test_level gauge\ngateway_test_level NaN\n"));
    }

    [Test]
    public void Figure_ThatFails_IsLeftOut_AndTheOthersAreThere()
    {
        _meter.CreateObservableGauge("gateway_test_broken", int () => throw new InvalidOperationException("no figure"));
        _meter.CreateObservableGauge("gateway_test_fine", () => 1);

        var (text, failure) = _board.Read();
        Assert.That(text, Is.EqualTo("# TYPE gateway_test_fine gauge\ngateway_test_fine 1\n"));
        Assert.That(failure!.ToString(), Does.Contain("no figure"));
    }

    [Test]
    public void Labels_WithoutEnd_EndInOneSeriesThatSaysSo()
    {
        var counter = _meter.CreateCounter<int>("gateway_test_total");
        for (var i = 0; i < MetricFamily.MaxSeries + 50; i++)
        {
            counter.Add(1, new KeyValuePair<string, object?>("client", i));
        }

        Assert.That(Text(), Does.Contain("gateway_test_total{overflow=\"true\"} 50\n"));
    }

    [Test]
    public void Counter_UnderManyThreads_LosesNothing()
    {
        var counter = _meter.CreateCounter<int>("gateway_test_total");
        var histogram = _meter.CreateHistogram<int>("gateway_test_items");
        Parallel.For(0, 10_000, i =>
        {
            counter.Add(1, new KeyValuePair<string, object?>("kind", i % 3));
            histogram.Record(1);
        });

        Assert.That(Text(), Does.Contain("{kind=\"0\"} 3334\n").And.Contain("gateway_test_items_sum 10000\n").And.Contain("gateway_test_items_count 10000\n"));
    }

    [Test]
    public void MeterOfSomebodyElse_IsNotHeard()
    {
        using var other = new Meter("Other");
        other.CreateCounter<int>("other_total").Add(1);

        Assert.That(Text(), Is.Empty);
    }

    private string Text() => _board.Read().Text;
}
