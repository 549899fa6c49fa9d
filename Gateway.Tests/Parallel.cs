// A class's tests run one after the other; classes run beside each other, since most of a test is waiting for the service that it started.
[assembly: Parallelizable(ParallelScope.Fixtures)]
[assembly: LevelOfParallelism(3)]
