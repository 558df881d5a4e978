import "reflect-metadata";
import { Controller, Get, HttpException, Injectable, Module, Param, ServiceUnavailableException } from "@nestjs/common";
import { NestFactory } from "@nestjs/core";
import { currentCall, isOperoError, isTransient, opero } from "@opero/core";
import process from "node:process";

interface Weather {
  readonly city: string;
  readonly celsius: number;
}

@Injectable()
class WeatherService {
  readonly #api = process.env.API_URL ?? "http://localhost:8001";

  @opero({
    cache: true,
    cacheTtl: "1m",
    cacheKey: (city) => city, // one result for all instances of the service
    cacheStaleIfError: "1h", // an old answer is better than none
    deadline: "5s", // for all attempts together
    retryOn: isTransient, // a 503 is retried, a 404 goes to the client as it is
    circuitBreaker: true, // a service that is down is not asked by every request
    rateLimit: 50, // a second, retries included
    timeout: "1s", // each attempt
  })
  async in(city: string): Promise<Weather> {
    const { signal } = currentCall(); // before the first await
    const response = await fetch(`${this.#api}/weather/${encodeURIComponent(city)}`, { signal });
    if (response.ok) return await response.json();
    throw new HttpException(await response.text(), response.status, { cause: response }); // the cause has Retry-After
  }
}

@Controller("weather")
class WeatherController {
  constructor(private readonly weather: WeatherService) {}

  @Get(":city")
  async find(@Param("city") city: string): Promise<Weather> {
    return await this.weather.in(city).catch((error: unknown) => {
      throw isOperoError(error) ? new ServiceUnavailableException("The weather is not available") : error;
    });
  }
}

@Module({ controllers: [WeatherController], providers: [WeatherService] })
class AppModule {}

const app = await NestFactory.create(AppModule, { logger: ["error", "warn"] });
app.enableShutdownHooks(["SIGTERM"]);
await app.listen(process.env.PORT ?? "8000");
